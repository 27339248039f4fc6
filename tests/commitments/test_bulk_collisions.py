"""Two sweeps at once, and a person beside them: each row is changed once, and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import OperationalError, connections

from accounts.choices import Via
from accounts.models import Event
from commitments import services as single
from commitments.bulk import kinds, services, sweep
from commitments.choices import BulkState
from commitments.errors import Stale
from commitments.models import BulkEdit, Obligation
from tests.factories import NOW, make_obligation, make_officer

pytestmark = pytest.mark.django_db(transaction=True)
ROWS, SWEEPERS = 30, 4


@pytest.fixture
def officer():
    return make_officer()


@pytest.fixture
def edit(officer) -> BulkEdit:
    for _ in range(ROWS):
        make_obligation()
    kind = kinds.get("status")
    made = services.preview(
        kind=kind,
        rows=kind.of.visible_to(officer, NOW),
        values={"status": "stalled"},
        note="Agreed.",
        actor=officer,
        now=NOW,
    )
    return services.confirm(edit=made, actor=officer, now=NOW, via=Via.PAGE)


def together(*deeds) -> None:
    """Each in a thread of its own, from the same moment; a busy database is tried again."""
    ready = Barrier(len(deeds))

    def run(deed) -> None:
        try:
            ready.wait(30)
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(run, deed) for deed in deeds]:
            done.result()


def sweeping() -> None:
    for _ in range(20):
        try:
            sweep.sweep(clock=lambda: NOW, via=Via.WORKER)
        except OperationalError:
            continue  # as the next tick would
        return


def test_many_sweeps_at_once_do_each_row_once(edit):
    together(*[sweeping] * SWEEPERS)
    edit.refresh_from_db()
    assert edit.state == BulkState.DONE
    assert edit.items.counts()["done"] == ROWS
    assert set(Obligation.objects.values_list("status", "version")) == {("stalled", 2)}
    told = Event.objects.filter(action="status.changed").values_list("object_id", flat=True)
    assert len(told) == len(set(told)) == ROWS


def test_many_sweeps_at_once_put_each_row_back_once(edit, officer):
    sweeping()
    services.undo(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    together(*[sweeping] * SWEEPERS)
    edit.refresh_from_db()
    assert edit.state == BulkState.UNDONE
    assert set(Obligation.objects.values_list("status", "version")) == {("not_started", 3)}
    assert Event.objects.filter(action="status.changed").count() == 2 * ROWS


def test_a_person_beside_the_sweep_loses_no_change(edit):
    person = make_officer()
    won = []

    def change_some() -> None:
        for line in Obligation.objects.select_related("commitment").order_by("-pk"):
            try:
                single.change_status(
                    obligation=line,
                    seen=line.version,
                    status="in_progress",
                    note="Told by phone.",
                    actor=person,
                    now=NOW,
                    via=Via.PAGE,
                )
                won.append(line.pk)
            except (Stale, OperationalError):
                continue

    together(sweeping, change_some)
    edit.refresh_from_db()
    assert edit.state == BulkState.DONE
    done = set(edit.items.filter(state="done").values_list("object_id", flat=True))
    skipped = edit.items.filter(state="skipped")
    assert {item.why for item in skipped} <= {"Somebody changed it after the preview."}
    assert done.isdisjoint(skipped.values_list("object_id", flat=True))
    for line in Obligation.objects.all():
        told = Event.objects.filter(action="status.changed", object_id=line.pk).order_by("pk")
        assert [event.after["version"] for event in told] == list(range(2, line.version + 1))
        assert told.last().after["status"] == line.status
        assert (line.pk in done) == any(event.why == "Agreed." for event in told)


def test_a_confirmation_sent_twice_at_once_counts_once(officer):
    make_obligation()
    kind = kinds.get("status")
    made = services.preview(
        kind=kind, rows=kind.of.visible_to(officer, NOW), values={"status": "stalled"},
        note="Agreed.", actor=officer, now=NOW,
    )  # fmt: skip
    outcomes = []

    def confirm() -> None:
        try:
            services.confirm(edit=made, actor=officer, now=NOW, via=Via.PAGE)
            outcomes.append("won")
        except Stale:
            outcomes.append("told")

    together(confirm, confirm)
    assert sorted(outcomes) == ["told", "won"]
    assert Event.objects.filter(action="bulk.confirmed").count() == 1
