"""Sheets that come back: what somebody edited in a spreadsheet, compared, shown and then written.

parse.py    a file → heads and rows of text          (plain Python)
cells.py    the text of a cell → its canonical text  (plain Python)
lines.py, promises.py   what the columns are, for lines and for commitments
compare.py  a sheet and the register → what would change, and what is wrong
apply.py    what would change → the services of single edits, in one transaction
"""
