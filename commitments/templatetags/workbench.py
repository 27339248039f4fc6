"""Addresses of the workbench in its templates."""

from typing import Any

from django import template

from commitments.workbench.board import Board

register = template.Library()


@register.simple_tag
def bench(board: Board, name: str = "", *keys: Any, **query: Any) -> str:
    """ "{% bench board "accept" candidate.pk %}", "{% bench board p=7 only="" %}"."""
    return board.place.address(name, *keys, **query)
