"""What the tests of changing many rows share: the way from a preview to the end of the sweep."""

from accounts.choices import Via
from commitments import editing
from commitments.bulk import kinds, services, sweep
from commitments.models import BulkEdit, Obligation
from tests.factories import NOW, make_obligation, make_officer

NOTE = "Agreed by the experts."


def previewed(rows, officer, kind="status", **values) -> BulkEdit:
    found = kinds.get(kind)
    mine = found.of.in_order(found.of.visible_to(officer, NOW).filter(pk__in=[r.pk for r in rows]))
    return services.preview(
        kind=found,
        rows=mine,
        values=values or {"status": "in_progress"},
        note=NOTE,
        actor=officer,
        now=NOW,
    )


def confirmed(rows, officer, **values) -> BulkEdit:
    edit = previewed(rows, officer, **values)
    return services.confirm(edit=edit, actor=officer, now=NOW, via=Via.PAGE)


def swept(edit: BulkEdit, most: int = 1000) -> BulkEdit:
    sweep.sweep(clock=lambda: NOW, via=Via.WORKER, most=most)
    edit.refresh_from_db()
    return edit


def undone(edit: BulkEdit, officer) -> BulkEdit:
    services.undo(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    return swept(edit)


def states(edit: BulkEdit) -> list[str]:
    return list(edit.items.in_order().values_list("state", flat=True))


def statuses(lines) -> list[str]:
    return [Obligation.objects.get(pk=line.pk).status for line in lines]


def withdrawn() -> Obligation:
    line = make_obligation()
    editing.withdraw(
        commitment=line.commitment, seen=1, reason="Given up.", actor=make_officer(), now=NOW,
        via=Via.PAGE,
    )  # fmt: skip
    return line
