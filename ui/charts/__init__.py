"""Charts drawn on the server: plain values in, one SVG out, which prints and needs no script.

A chart is a picture to a screen reader, with a title and a description; the numbers stand in a table
beside it, which the page writes. Colours and strokes are classes of the style sheet.
"""

from .drawing import Chart
from .plots import Column, Move, Series, columns, moves, panels, share
from .timelines import FAR_MOST, Far, Mark, timeline

__all__ = [
    "FAR_MOST",
    "Chart",
    "Column",
    "Far",
    "Mark",
    "Move",
    "Series",
    "columns",
    "moves",
    "panels",
    "share",
    "timeline",
]
