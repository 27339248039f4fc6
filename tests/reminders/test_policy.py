"""When people are told: for the site, a meeting, a commitment; its pages, and trying it before saving."""

import pytest

from accounts.models import Event
from commitments.models import Obligation
from reminders import forecast, plan, rules
from reminders.choices import Duty
from reminders.due import Round, to_tell
from reminders.ladder import Ladders
from reminders.models import Policy, Reminder
from reminders.policy import Policies, schedule
from tests.factories import (
    days,
    make_administrator,
    make_commitment,
    make_focal_point,
    make_obligation,
    make_officer,
    make_party,
    make_user,
    restrict,
)
from tests.reminders.conftest import NOW, TODAY, ahead_of

pytestmark = pytest.mark.django_db


def included():
    return sorted(Reminder.objects.included().values_list("obligation", "occasion"))


def test_without_a_policy_the_usual_steps_hold():
    assert schedule(Policies.stored().site) == rules.STANDARD


def test_the_nearest_policy_counts_whole(case):
    one, two, three = (case.line(5) for _ in range(3))
    Policy.objects.create(site=True, before=[5], after=[], ladder=[])
    Policy.objects.create(meeting=two.commitment.meeting, before=[6], after=[], ladder=[])
    Policy.objects.create(meeting=three.commitment.meeting, before=[6], after=[], ladder=[])
    Policy.objects.create(commitment=three.commitment, before=[9, 2], after=[], ladder=[])
    plan.run(now=NOW)
    assert included() == [(one.pk, "T-5"), (two.pk, "T-6"), (three.pk, "T-9")]


def test_a_policy_without_steps_before_is_silent_before(case):
    case.line(5)
    Policy.objects.create(site=True, before=[], after=[2], ladder=[])
    plan.run(now=NOW)
    assert included() == []


def test_steps_go_on_monthly_until_the_ladder_ends(case):
    line = case.line(-80)
    rungs = [{"rung": "head", "after": 100}]
    policy = Policy.objects.create(site=True, ladder=rungs)
    plan.run(now=NOW)
    assert included() == [(line.pk, "O+74")]
    Reminder.objects.all().delete()
    policy.ladder = [{"rung": "head", "after": 20}]
    policy.save()
    plan.run(now=NOW + days(1))
    assert included() == [(line.pk, "O+14")]


def test_without_a_ladder_monthly_steps_have_no_end(case):
    line = case.line(-400, known_for=500)
    Policy.objects.create(site=True, ladder=[])
    plan.run(now=NOW)
    assert included() == [(line.pk, "O+374")]


@pytest.mark.parametrize(
    "ladder", [[], [{"rung": "head", "after": 20}], [{"rung": "head", "after": 60}]]
)
def test_the_database_finds_the_step_that_the_rules_reach(case, ladder):
    """For parties with different working days, every number of days from the due day."""
    other = make_focal_point(make_party("IR", weekend=[5], holidays="IR"))
    for in_days in range(-130, 40, 3):
        case.line(in_days, known_for=400)
        make_obligation(other.party, due=TODAY + days(in_days), now=NOW - days(400))
    Policy.objects.create(site=True, before=[20, 3], after=[2, 5], ladder=ladder)
    ladders = Ladders.of(Policies.stored())
    people = [case.person.pk, other.user_id]
    found = to_tell(people, Round(TODAY, rules.EVERY_DAY), ladders, NOW)
    in_sql = {(row.line, row.occasion) for row in found if row.occasion not in rules.RUNGS}
    in_python = set()
    for line in Obligation.objects.select_related("next_deadline", "commitment"):
        ended = ladders.has_ended(line, TODAY)
        plan_ = schedule(ladders.policies.of(line))
        steps = rules.reached(line.next_deadline.due, TODAY, rules.EVERY_DAY, plan_, ended=ended)
        in_python |= {(line.pk, step.occasion) for step in steps[-1:]}
    assert in_sql == in_python


def test_the_forecast_follows_policy_and_ladder(case):
    """What is forecast today is what is told day by day."""
    Policy.objects.create(site=True, before=[5], after=[2], head=make_officer(name="Head"))
    make_focal_point(case.party, make_user(name="Deputy"), is_deputy=True)
    for in_days in (3, 6, -1, -10, -20):
        case.line(in_days)
    plan.run(now=NOW)
    foreseen = {
        (row.step.day, row.line.pk, row.person.pk, row.step.occasion)
        for row in forecast.run(now=NOW, days=30)
    }
    for number in range(1, 31):
        plan.run(now=NOW + days(number))
    told = Reminder.objects.included().filter(planned_at__gt=NOW)
    assert foreseen == {
        (row.planned_at.date(), row.obligation_id, row.recipient_id, row.occasion) for row in told
    }


def test_the_commitment_says_who_is_told_if_no_report_comes(case):
    line = case.line(-1)
    said = ahead_of(line.commitment, case.person).escalation.replace("\xa0", " ")
    assert said == (
        "If no report comes: deputy or mailbox on 12 Mar, desk officer on 23 Mar, "
        "head of secretariat on 6 Apr"
    )
    restrict(line.commitment)
    assert ahead_of(line.commitment, case.person).escalation == ""


def test_of_parties_with_different_days_off_the_first_are_named(case):
    """Due on a Thursday, which is free in one of them: its third working day comes sooner all the same."""
    other = make_party("IR", name="Iran", weekend=[4, 5])
    commitment = make_commitment(parties=[case.party, other], due=TODAY + days(2))
    said = ahead_of(commitment, make_officer()).escalation.replace("\xa0", " ")
    assert said == (
        "If no report comes from Iran: deputy or mailbox on 16 Mar, "
        "desk officer on 25 Mar, head of secretariat on 8 Apr"
    )


def test_a_dry_run_counts_what_a_change_would_tell(case):
    case.line(5)
    case.line(-5)
    plan.run(now=NOW)
    policy = Policy(site=True, before=[5, 4, 3], after=[], monthly=False, ladder=[])
    held = Policies.stored().with_one(policy)
    tried = forecast.dry_run(policies=held, now=NOW, days=30)
    # T-5 of one line, T-3 of the other, which is the latest step then.
    assert (tried.at_once.reminders, tried.at_once.mails) == (2, 1)
    assert tried.before.reminders == 8  # T-1 … O+14 of one, O+7 and O+14 of the other
    assert tried.after.reminders == 2
    assert not Policy.objects.exists()


# Pages ------------------------------------------------------------------------------------------


def page(client, person, address, values=None):
    client.force_login(person)
    return client.post(address, values) if values else client.get(address)


def save(client, person, address, values):
    """Send what was typed, look at what would change, and send it again."""
    shown = page(client, person, address, values)
    tried = shown.context["fingerprint"]
    return page(client, person, address, {**values, "tried": tried}) if tried else shown


TYPED = {"version": "0", "before": "10, 2", "after": "4", "deputy": "2", "officer": "", "head": "9"}


@pytest.fixture
def addresses(case):
    line = case.line(5)
    return {
        "site": "/reminders/policy/",
        "meeting": f"/reminders/policy/meeting/{line.commitment.meeting.slug}/",
        "commitment": f"/reminders/policy/commitment/{line.commitment.reference}/",
    }


@pytest.mark.parametrize(
    ("name", "make", "status"),
    [
        ("site", make_administrator, 200),
        ("site", make_officer, 403),
        ("meeting", make_officer, 200),
        ("meeting", make_user, 403),
        ("commitment", make_officer, 200),
        ("commitment", make_user, 403),
    ],
)
def test_who_may_open_a_policy(client, addresses, name, make, status):
    assert page(client, make(), addresses[name]).status_code == status


def test_an_administrator_sets_the_policy_of_the_site(client, addresses):
    admin = make_administrator()
    values = {**TYPED, "head_person": admin.pk, "mandatory": ["escalated"]}
    assert save(client, admin, addresses["site"], values).status_code == 302
    policy = Policy.objects.get()
    assert (policy.before, policy.after, policy.monthly) == ([10, 2], [4], False)
    assert policy.ladder == [{"rung": "deputy", "after": 2}, {"rung": "head", "after": 9}]
    assert (policy.head, policy.mandatory) == (admin, [Duty.ESCALATED])
    assert Event.objects.get(action="policy.changed").actor == admin


def test_a_policy_of_a_commitment_begins_as_what_holds_and_can_be_removed(client, addresses, case):
    Policy.objects.create(site=True, before=[12])
    officer = make_officer()
    assert 'value="12"' in page(client, officer, addresses["commitment"]).content.decode()
    assert save(client, officer, addresses["commitment"], TYPED).status_code == 302
    own = Policy.objects.get(commitment__isnull=False)
    address = f"/reminders/policy/{own.pk}/remove/"
    assert page(client, officer, address, {"version": 1}).status_code == 302
    assert not Policy.objects.filter(commitment__isnull=False).exists()
    assert Event.objects.filter(action="policy.removed", object_type="commitment").exists()


def test_the_counts_are_shown_before_anything_is_saved(client, addresses):
    answer = page(client, make_administrator(), addresses["site"], TYPED)
    assert "Nothing is saved yet" in answer.content.decode()
    assert not Policy.objects.exists()


def test_what_was_changed_after_it_was_shown_is_shown_again(client, addresses):
    admin = make_administrator()
    tried = page(client, admin, addresses["site"], TYPED).context["fingerprint"]
    other = {**TYPED, "before": "10", "tried": tried}
    assert "Nothing is saved yet" in page(client, admin, addresses["site"], other).content.decode()
    assert not Policy.objects.exists()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"before": "ten"}, "Write whole numbers"),
        ({"before": "5, 5"}, "Enter each day once."),
        ({"before": "400"}, "Enter days from 0 to 365."),
        ({"after": "0"}, "Enter days from 1 to 365."),
        ({"before": "", "after": ""}, "Enter at least one day"),
        ({"officer": "2"}, "Each rung needs more working days"),
        ({"head": "300"}, "Enter working days from 1 to 250."),
    ],
)
def test_what_cannot_stand_is_said(client, addresses, typed, said):
    answer = page(client, make_officer(), addresses["meeting"], {**TYPED, **typed})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Policy.objects.exists()


def test_of_two_who_change_a_policy_the_second_sees_the_first(client, addresses):
    admin = make_administrator()
    Policy.objects.create(site=True, version=3)
    answer = save(client, admin, addresses["site"], {**TYPED, "version": "2"})
    assert answer.status_code == 409
    again = {**TYPED, "version": str(answer.context["form"].data["version"])}
    assert save(client, admin, addresses["site"], again).status_code == 302


def test_two_who_enter_the_first_policy_at_once(client, addresses):
    admin = make_administrator()
    Policy.objects.create(site=True)
    assert save(client, admin, addresses["site"], TYPED).status_code == 409
