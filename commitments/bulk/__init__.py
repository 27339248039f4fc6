"""One change of many rows: chosen, previewed, done row by row, and taken back the same way."""
