"""Large sheets wait for the tick: applied once, whole or not at all, whatever dies on the way."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from accounts.choices import Role
from accounts.models import Event
from commitments.choices import SheetState, Status
from commitments.models import Obligation, SheetImport
from commitments.sheets import services
from commitments.tasks import import_sheets
from tests.commitments.sheets import exported, in_csv, preview, table
from tests.factories import NOW, make_commitment, make_deadline, make_officer, make_party

DUE = date(2030, 6, 30)


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


@pytest.fixture
def confirmed(client, officer, monkeypatch):
    """A sheet of two changed rows that waits, as one of more than 500 does."""
    monkeypatch.setattr(services, "AT_ONCE", 1)
    make_commitment(parties=[make_party("AA"), make_party("BB")], due=DUE, reference="TST-1")
    rows = table(exported(client, "/commitments/lines/"))
    for row in rows:
        row["status"] = "in_progress"
    made, found = preview(officer, in_csv(rows))
    page = client.post(
        made.get_absolute_url(), {"note": "All of them.", "seen": found.fingerprint}, follow=True
    )
    assert "It is applied in the background" in page.content.decode()
    assert statuses() == {Status.NOT_STARTED}
    return SheetImport.objects.get()


def statuses() -> set[str]:
    return set(Obligation.objects.values_list("status", flat=True))


def events() -> int:
    return Event.objects.filter(action="status.changed").count()


@pytest.mark.django_db
def test_the_tick_applies_it_once(client, confirmed):
    import_sheets()
    assert statuses() == {Status.IN_PROGRESS}
    assert events() == 2
    assert "Applied." in client.get(confirmed.get_absolute_url()).content.decode()
    import_sheets()
    assert events() == 2
    confirmed.refresh_from_db()
    assert confirmed.state == SheetState.APPLIED, "a second tick has nothing to say about it"


@pytest.mark.django_db
def test_what_nobody_confirmed_is_left_alone(client, officer, caplog):
    make_commitment(parties=[make_party("AA")], due=DUE, reference="TST-1")
    [row] = table(exported(client, "/commitments/lines/"))
    row["status"] = "in_progress"
    made, _found = preview(officer, in_csv([row]))
    assert services.apply_waiting(clock=lambda: NOW) == 0
    made.refresh_from_db()
    assert (made.state, statuses()) == (SheetState.PREVIEWED, {Status.NOT_STARTED})
    assert not [record for record in caplog.records if record.name.startswith("commitments")]


@pytest.mark.django_db(transaction=True)
def test_whoever_dies_on_the_way_leaves_nothing_written(confirmed, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(services, "record", lambda **_told: 1 / 0)  # after all rows, before the end
        import_sheets()
    assert statuses() == {Status.NOT_STARTED}
    assert events() == 0
    assert SheetImport.objects.get().state == SheetState.CONFIRMED
    import_sheets()
    assert (statuses(), events()) == ({Status.IN_PROGRESS}, 2)


@pytest.mark.django_db
def test_what_somebody_changed_meanwhile_is_not_overwritten(client, confirmed):
    make_deadline(Obligation.objects.first(), date(2031, 1, 1))
    import_sheets()
    assert statuses() == {Status.NOT_STARTED}
    kept = SheetImport.objects.get()
    assert (kept.state, kept.cells) == (SheetState.REFUSED, {})
    page = client.get(kept.get_absolute_url()).content.decode()
    assert "Nothing is written." in page
    assert "changed since this sheet was made" in page


@pytest.mark.django_db
def test_whoever_lost_the_right_applies_nothing_any_more(officer, confirmed):
    type(officer).objects.filter(pk=officer.pk).update(role=Role.READER)
    import_sheets()
    assert statuses() == {Status.NOT_STARTED}
    assert SheetImport.objects.get().state == SheetState.REFUSED


@pytest.mark.django_db
def test_what_nobody_confirms_is_thrown_away(client, officer):
    make_commitment(parties=[make_party("AA")], reference="TST-1")
    raw = exported(client, "/commitments/lines/")
    preview(officer, raw)
    fresh, _found = preview(officer, raw, now=NOW + timedelta(days=5))
    services.apply_waiting(clock=lambda: NOW + timedelta(days=7))
    assert list(SheetImport.objects.all()) == [fresh]
    client.post(fresh.get_absolute_url(), {"action": "drop"})
    assert not SheetImport.objects.exists()


@pytest.mark.django_db
def test_what_was_confirmed_is_not_thrown_away(client, confirmed):
    client.post(confirmed.get_absolute_url(), {"action": "drop"})
    assert SheetImport.objects.get().state == SheetState.CONFIRMED


@pytest.mark.django_db
def test_a_broker_that_is_away_loses_nothing(client, confirmed, monkeypatch, settings):
    """The fixture confirmed without one: the tick finds the row."""
    with transaction.atomic():
        assert SheetImport.objects.waiting().count() == 1
