"""Each thing that can be changed on many rows: what is refused, what is written, and what comes back."""

from datetime import date

import pytest

from accounts.choices import Via
from accounts.models import Event
from commitments import deadlines
from commitments.bulk import kinds, services, sweep
from commitments.choices import Basis, Purpose
from commitments.models import BulkEdit, Deadline, Obligation
from reminders.models import Policy
from tests.factories import (
    NOW,
    make_commitment,
    make_deadline,
    make_focal_point,
    make_meeting,
    make_obligation,
    make_officer,
    make_party,
    make_report,
    make_theme,
)

pytestmark = pytest.mark.django_db
NOTE = "Agreed by the experts."
POLICY = {"before": [10, 1], "after": [2], "monthly": False, "ladder": []}


@pytest.fixture
def officer(client):
    user = make_officer()
    client.force_login(user)
    return user


def previewed(kind: str, rows, values, officer) -> BulkEdit:
    found = kinds.get(kind)
    visible = found.of.visible_to(officer, NOW).filter(pk__in=[row.pk for row in rows])
    return services.preview(
        kind=found,
        rows=found.of.in_order(visible),
        values=values,
        note=NOTE,
        actor=officer,
        now=NOW,
    )


def done(kind: str, rows, values, officer) -> BulkEdit:
    edit = previewed(kind, rows, values, officer)
    services.confirm(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    return swept(edit)


def swept(edit: BulkEdit) -> BulkEdit:
    sweep.sweep(clock=lambda: NOW, via=Via.WORKER)
    edit.refresh_from_db()
    return edit


def undone(edit: BulkEdit, officer) -> BulkEdit:
    services.undo(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    return swept(edit)


def what(edit: BulkEdit) -> list[tuple[str, str]]:
    return list(edit.items.in_order().values_list("state", "why"))


def events(row) -> list[tuple[str, str]]:
    rows = Event.objects.filter(object_type=row._meta.model_name, object_id=row.pk)
    known = ["line.edited", "commitment.edited", "policy.changed", "policy.removed"]
    known += ["deadline.set", "deadline.moved"]
    told = rows.filter(action__in=known, why__contains=NOTE).order_by("pk")
    return list(told.values_list("action", "why"))


def again(row):
    return type(row).objects.get(pk=row.pk)


# Owner ------------------------------------------------------------------------------------------------


def test_an_owner_gets_the_lines_of_the_parties_they_answer_for_and_no_other(officer):
    person = make_focal_point(make_party("AA")).user
    mine, other = make_obligation(make_party("AA")), make_obligation(make_party("BB"))
    edit = done("owner", [mine, other], {"owner": person.pk}, officer)
    assert what(edit) == [
        ("done", ""),
        ("refused", "This person does not answer for Party BB."),
    ]
    assert again(mine).owner == person
    undone(edit, officer)
    assert again(mine).owner is None
    assert events(mine) == [("line.edited", NOTE), ("line.edited", f"Undone: {NOTE}")]


def test_nobody_gets_a_line_after_their_term(officer):
    person = make_focal_point(make_party("AA"), ends_on=date(2021, 1, 1)).user
    edit = previewed("owner", [make_obligation(make_party("AA"))], {"owner": person.pk}, officer)
    assert what(edit) == [("refused", "This person does not answer for Party AA.")]


def test_lines_go_back_to_their_focal_points(officer):
    person = make_focal_point(make_party("AA")).user
    line = make_obligation(make_party("AA"), owner=person)
    edit = done("owner", [line], {"owner": None}, officer)
    assert again(line).owner is None
    undone(edit, officer)
    assert again(line).owner == person


# Theme ------------------------------------------------------------------------------------------------


def test_commitments_get_a_theme_and_their_old_ones_back(officer):
    drugs, none = make_commitment(theme=make_theme("Drugs")), make_commitment()
    borders = make_theme("Borders")
    edit = done("theme", [drugs, none], {"theme": borders.pk}, officer)
    assert [again(c).theme for c in (drugs, none)] == [borders, borders]
    undone(edit, officer)
    assert [again(c).theme for c in (drugs, none)] == [make_theme("Drugs"), None]
    assert events(drugs) == [("commitment.edited", NOTE), ("commitment.edited", f"Undone: {NOTE}")]


# Deadlines ----------------------------------------------------------------------------------------------


def held(line: Obligation) -> tuple:
    line = again(line)
    row = line.next_deadline
    assert (row is None) == (line.due_at is None)
    if row is None:
        return (None,)
    return (row.due, row.basis, row.wording, row.obligation_id, line.due_at)


def test_lines_get_a_day_and_undoing_restores_what_held_exactly(officer):
    follows = make_commitment(due=date(2030, 5, 1)).obligations.get()
    own = make_obligation()
    make_deadline(own, date(2029, 1, 1))
    bare = make_obligation()
    before = [held(line) for line in (follows, own, bare)]
    edit = done(
        "deadline", [follows, own, bare], {"due": "2031-02-03", "purpose": "final"}, officer
    )
    assert [state for state, _why in what(edit)] == ["done"] * 3
    assert {held(line)[0] for line in (follows, own, bare)} == {date(2031, 2, 3)}
    undone(edit, officer)
    assert [held(line) for line in (follows, own, bare)] == before
    for line in (follows, own, bare):
        assert [why for _action, why in events(line)] == [NOTE, f"Undone: {NOTE}"]
    # Nothing was taken away: what was set and taken back stays readable.
    assert Deadline.objects.filter(obligation=own).count() == 3


def test_a_line_that_followed_all_follows_again(officer):
    commitment = make_commitment(due=date(2030, 5, 1))
    line = commitment.obligations.get()
    undone(done("deadline", [line], {"due": "2031-02-03", "purpose": "final"}, officer), officer)
    deadlines.move_all(
        commitment=again(commitment), seen=again(commitment).version, purpose=Purpose.FINAL,
        due=date(2032, 1, 1), reason="Later.", actor=officer, now=NOW, via=Via.PAGE,
    )  # fmt: skip
    assert held(line)[0] == date(2032, 1, 1)


def test_a_day_that_cannot_stand_is_refused_row_by_row(officer):
    early, late = (
        make_commitment(make_report(make_meeting(starts_on=day, ends_on=day))).obligations.get()
        for day in (date(2026, 1, 15), date(2028, 1, 15))
    )
    edit = done("deadline", [early, late], {"due": "2027-01-01", "purpose": "final"}, officer)
    assert what(edit) == [
        ("done", ""),
        (
            "refused",
            "Enter a date after 15\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}2028, the day of the meeting.",
        ),
    ]


def test_the_deadline_of_all_lines_and_back(officer):
    stated, bare = make_commitment(due=date(2030, 5, 1)), make_commitment()
    lines = [stated.obligations.get(), bare.obligations.get()]
    before = [held(line) for line in lines]
    values = {"due": "2031-02-03", "purpose": Purpose.FINAL}
    edit = done("deadline-of-all", [stated, bare], values, officer)
    assert {held(line)[:2] for line in lines} == {(date(2031, 2, 3), Basis.SET)}
    undone(edit, officer)
    assert [held(line) for line in lines] == before
    assert [action for action, _why in events(bare)] == ["deadline.set", "deadline.moved"]


def test_a_review_that_moves_behind_the_final_deadline_comes_back_exactly(officer):
    line = make_obligation()
    make_deadline(line, date(2030, 1, 1))
    make_deadline(line, date(2029, 1, 1), purpose=Purpose.REVIEW)
    edit = done("deadline", [line], {"due": "2031-02-03", "purpose": "review"}, officer)
    assert held(line)[0] == date(2030, 1, 1)
    undone(edit, officer)
    assert held(line)[0] == date(2029, 1, 1)


def test_a_deadline_that_moved_since_is_left(officer):
    line = make_obligation()
    edit = done("deadline", [line], {"due": "2031-02-03", "purpose": "final"}, officer)
    make_deadline(line, date(2033, 1, 1))
    assert what(undone(edit, officer)) == [("left", "Somebody changed it since.")]
    assert held(line)[0] == date(2033, 1, 1)


def test_a_deadline_of_all_that_moved_after_the_preview_skips_the_line(officer):
    commitment = make_commitment(due=date(2030, 5, 1))
    line = commitment.obligations.get()
    values = {"due": "2031-02-03", "purpose": "final"}
    edit = previewed("deadline", [line], values, officer)
    services.confirm(edit=edit, actor=officer, now=NOW, via=Via.PAGE)
    deadlines.move_all(
        commitment=commitment, seen=1, purpose=Purpose.FINAL, due=date(2032, 1, 1),
        reason="Later.", actor=officer, now=NOW, via=Via.PAGE,
    )  # fmt: skip
    assert what(swept(edit)) == [("skipped", "Somebody changed it after the preview.")]


# Reminders ------------------------------------------------------------------------------------------------


def test_commitments_get_a_policy_and_undoing_takes_it_out_or_puts_the_old_one_back(officer):
    bare, own = make_commitment(), make_commitment()
    Policy.objects.create(commitment=own, before=[5], after=[], monthly=True, ladder=[])
    edit = done("reminders", [bare, own], {"policy": POLICY}, officer)
    assert {row.before[0] for row in Policy.objects.all()} == {10}
    undone(edit, officer)
    row = Policy.objects.get()
    assert (row.commitment, row.before, row.after, row.monthly) == (own, [5], [], True)
    assert events(bare) == [("policy.changed", NOTE), ("policy.removed", f"Undone: {NOTE}")]
    assert events(own) == [("policy.changed", NOTE), ("policy.changed", f"Undone: {NOTE}")]


def test_policies_are_taken_out_and_come_back(officer):
    own = make_commitment()
    Policy.objects.create(commitment=own, **POLICY)
    edit = done("reminders", [own], {"policy": None}, officer)
    assert not Policy.objects.exists()
    undone(edit, officer)
    assert Policy.objects.get().before == [10, 1]


def test_a_policy_that_somebody_changed_since_is_left(officer):
    bare = make_commitment()
    edit = done("reminders", [bare], {"policy": POLICY}, officer)
    Policy.objects.update(before=[3], version=2)
    assert what(undone(edit, officer)) == [("left", "Somebody changed it since.")]


# All of them ----------------------------------------------------------------------------------------------

TYPED = {
    "status": {"status": "stalled"},
    "owner": {"owner": ""},
    "deadline": {"due": "2031-02-03", "purpose": "final"},
    "theme": {"theme": ""},
    "deadline-of-all": {"due": "2031-02-03", "purpose": "final"},
    "reminders": {"which": "own", "before": "10, 1", "after": "2"},
}


def test_every_kind_is_tried():
    offered = [kind.key for rows in ("lines", "commitments") for kind in kinds.of_rows(rows)]
    assert sorted(offered) == sorted(TYPED)


@pytest.mark.parametrize("key", TYPED)
def test_a_kind_goes_through_its_pages(client, officer, key):
    kind = kinds.get(key)
    person = make_focal_point(make_party("AA")).user
    line = make_obligation(make_party("AA"), owner=person, theme=make_theme())
    row = line if kind.of.name == "lines" else line.commitment
    address = f"/commitments/bulk/{kind.of.name}/"
    asked = client.get(address, {"row": row.pk, "kind": key})
    assert f'name="kind" value="{key}"' in asked.content.decode()
    sent = client.post(address, {"row": row.pk, "kind": key, "note": NOTE, **TYPED[key]})
    assert sent.status_code == 302, sent.context["form"].errors
    preview = client.get(sent["Location"])
    assert "1 row changes." in preview.content.decode()
    result = client.post(f"{sent['Location']}confirm/", follow=True).content.decode()
    assert "1 row changed" in result
    back = client.post(f"{sent['Location']}undo/", follow=True).content.decode()
    assert "1 row put back" in back
    assert client.get("/history/").status_code == 200


@pytest.mark.parametrize("key", TYPED)
def test_a_kind_without_values_says_what_to_do(client, officer, key):
    line = make_obligation()
    kind = kinds.get(key)
    row = line if kind.of.name == "lines" else line.commitment
    page = client.post(f"/commitments/bulk/{kind.of.name}/", {"row": row.pk, "kind": key})
    assert page.status_code == 200
    assert "Give a reason" in page.content.decode()
    assert not BulkEdit.objects.exists()


def test_a_policy_that_cannot_stand_is_refused_by_the_form(client, officer):
    data = {"row": make_commitment().pk, "kind": "reminders", "note": NOTE, "which": "own"}
    page = client.post("/commitments/bulk/commitments/", data)
    assert "Enter at least one day before or after." in page.content.decode()


@pytest.mark.parametrize("key", TYPED)
def test_what_a_kind_reads_costs_the_same_for_any_number(
    officer, key, django_assert_max_num_queries
):
    kind = kinds.get(key)
    rows = [make_obligation() for _ in range(10)]
    found = list(kind.of.visible_to(officer, NOW))
    assert len(found) == len(rows)
    values = {"status": "stalled", "owner": None, "theme": None, "policy": None, "due": "2031-01-01",
              "purpose": "final", "deadline": None}  # fmt: skip
    with django_assert_max_num_queries(2):
        stand = kind.held(found, values)
        kind.words([held.value for held in stand.values()])
