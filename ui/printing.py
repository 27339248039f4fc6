"""A list on paper: every row in the words of its reader."""

from typing import Any

from django_tables2.rows import BoundRow

from .tables import BaseTable

# More than this nobody reads on paper, and a browser lays out slowly.
MOST = 2_000


def on_paper(table: BaseTable, rows: int) -> dict[str, Any]:
    """What the page shows of a table of so many rows."""
    records = list(table.data.data[:MOST])
    table.prepare(records)
    columns = list(table.columns)
    return {
        "columns": columns,
        "rows": [cells(table, columns, BoundRow(record, table)) for record in records],
        "left_out": max(0, rows - MOST),
        "most": MOST,
    }


def cells(table: BaseTable, columns: list[Any], row: BoundRow) -> list[tuple[Any, bool, Any]]:
    """The column of each cell, whether it heads the row, and what it says."""
    return [
        (column, column.name == table.row_head, table.printed(column.name, row))
        for column in columns
    ]
