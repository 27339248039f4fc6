"""Lines of text, gathered while somebody walks through a document."""


class Lines:
    """The lines of a document, or of one cell of a table."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._parts: list[str] = []

    def add(self, text: str) -> None:
        """More of the line that is being written."""
        self._parts.append(text)

    def end_line(self) -> None:
        """A line end that somebody set: the line counts though it may be empty."""
        self.done.append("".join(self._parts).rstrip())
        self._parts.clear()

    def end_block(self) -> None:
        """Where a block begins or ends, a new line begins; nothing in it is no line."""
        line = "".join(self._parts).strip()
        self._parts.clear()
        if line:
            self.done.append(line)

    def add_cell(self, lines: list[str]) -> None:
        """A cell of a table: a part of the row's line, unless it has several lines of its own."""
        lines = [line for line in lines if line.strip()]
        if len(lines) > 1:
            self.end_block()
            self.done += lines
        elif lines:
            self.add(lines[0] + " ")
