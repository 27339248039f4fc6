// The grid by arrow keys: from cell to cell, past those without a line. Tab reaches every cell without it.
(() => {
  "use strict";

  const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

  const linkAt = (rows, row, column) => rows[row]?.cells[column]?.querySelector("a");

  const next = (table, cell, [down, right]) => {
    const rows = [...table.rows];
    let row = cell.parentElement.rowIndex + down;
    let column = cell.cellIndex + right;
    // Rows that head a group have one cell alone: they are passed over.
    while (rows[row] && (down || rows[row].cells[column])) {
      const found = linkAt(rows, row, column);
      if (found) return found;
      row += down;
      column += right;
    }
    return null;
  };

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const cell = event.target.closest(".grid th, .grid td");
    if (!cell || !event.target.matches("a")) return;
    const link = next(cell.closest("table"), cell, step);
    if (!link) return;
    event.preventDefault();
    link.focus();
  });
})();
