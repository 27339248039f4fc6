"""`manage.py sample_register`: the same seed gives the same rows, in an empty register alone."""

from collections import Counter
from datetime import date

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count

from accounts.models import User
from commitments.choices import ReportState, Timing
from commitments.models import Commitment, Obligation, ProgressReport
from meetings.models import Meeting, Party
from meetings.rules import end_of_day
from sco_tracker import large
from tests.factories import make_user

pytestmark = pytest.mark.django_db
OURS = ("accounts", "meetings", "commitments")
# Written by the database's clock, or by migrations.
NOT_OURS = {"Seal"}


def everything():
    """All rows of the register, of every table, keys and all."""
    models = [
        m for app in OURS for m in apps.get_app_config(app).get_models(include_auto_created=True)
    ]
    return {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in models
        if model.__name__ not in NOT_OURS
    }


def empty():
    """Take all rows away again, so that another register can be made by the same test."""
    from django.db import connection

    from accounts import triggers

    triggers.drop()
    with connection.constraint_checks_disabled():
        for app in OURS:
            for model in apps.get_app_config(app).get_models(include_auto_created=True):
                model._default_manager.all()._raw_delete("default")
    triggers.create()


def make(**options):
    call_command("sample_register", **{"commitments": 60, "people": 30, **options})


@pytest.fixture
def register():
    make()


def test_it_has_as_many_as_was_asked_for(register):
    assert Commitment.objects.count() == 60
    lines = Commitment.objects.annotate(n=Count("obligations")).values_list("n", flat=True)
    assert set(lines) == {2}
    assert Party.objects.count() == 10
    assert User.objects.count() == 30
    assert Meeting.objects.count() > 10


@pytest.mark.django_db(transaction=True)
# Rows are taken away in between, which PostgreSQL allows only to whoever empties all tables.
@pytest.mark.once
def test_the_same_seed_gives_the_same_rows():
    make(seed=7)
    first = everything()
    empty()
    make(seed=7)
    assert everything() == first
    empty()
    make(seed=8)
    assert everything() != first


def test_it_is_varied(now):
    make(commitments=300)
    titles = list(Commitment.objects.values_list("title", flat=True))
    assert len(set(titles)) > 250
    assert any("а" in title for title in titles)
    assert any("安全" in title for title in titles)
    moment = end_of_day(large.DAY, Party.objects.get(code="KG").zone)
    for timing in Timing:
        assert Obligation.objects.in_timing([timing], moment).exists(), timing
    states = Counter(ProgressReport.objects.values_list("state", flat=True))
    assert {ReportState.SUBMITTED, ReportState.ACCEPTED, ReportState.RETURNED} <= set(states)


def test_its_ends_are_those_of_the_deadlines(register):
    lines = Obligation.objects.exclude(next_deadline=None).select_related("next_deadline", "party")
    assert lines
    for line in lines:
        assert line.due_at == end_of_day(line.next_deadline.due, line.party.zone)


def test_what_search_reads_is_what_the_services_would_write(register):
    from commitments.services import refresh_search_text

    for commitment in Commitment.objects.all()[:20]:
        made = commitment.search_text
        refresh_search_text(commitment)
        commitment.refresh_from_db()
        assert sorted(commitment.search_text.split("\n")) == sorted(made.split("\n"))


def test_the_database_counts_on(register):
    """A row that comes after those with keys of their own gets a key that is free."""
    user = make_user()
    assert user.pk > 30


def test_it_stands_on_the_day_that_is_named():
    make(day=date(2020, 1, 1))
    held = Meeting.objects.filter(commitments__isnull=False)
    assert date(2018, 6, 1) < held.latest("starts_on").starts_on < date(2020, 1, 1)


def test_it_fills_no_register_that_has_rows():
    make_user()
    with pytest.raises(CommandError, match="not empty: it has people"):
        make()
    assert not Commitment.objects.exists()


def test_it_fills_no_site_in_use_unless_told_to(settings):
    settings.ON_LOOPBACK = False
    with pytest.raises(CommandError, match="--anywhere"):
        make()
    make(anywhere=True)
    assert Commitment.objects.count() == 60


@pytest.mark.parametrize("wrong", ["0", "-3", "many"])
def test_a_number_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(CommandError, match="whole number"):
        call_command("sample_register", "--commitments", wrong)
