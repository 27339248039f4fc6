"""What holds for every model of ours, and for every order that rows are read in."""

import inspect

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models
from django.db.models.expressions import Combinable

from accounts.models import User
from accounts.querysets import UserQuerySet
from commitments.bulk.views import BulkList
from commitments.models import Commitment, Deadline, Obligation, ProgressReport
from commitments.views import CommitmentList, LineList, ReportList
from meetings.instrument_views import InstrumentList
from meetings.party_views import PartyList
from meetings.people_views import PeopleList
from meetings.views import MeetingList
from tests.factories import NOW, make_meeting, make_user
from ui.tables import ends_in_pk

OURS = ("accounts", "meetings", "commitments", "reminders")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]
FIELDS = [(model, field) for model in MODELS for field in model._meta.local_fields]
CHOICES = [(m, f) for m, f in FIELDS if f.choices and f.max_length]
DEFAULTS = [(m, f) for m, f in FIELDS if f.choices and f.has_default()]
RELATIONS = [(m, f) for m, f in FIELDS if f.is_relation]
SENSITIVE = ("Report", "Commitment", "Obligation")
LISTS = [
    BulkList,
    CommitmentList,
    LineList,
    ReportList,
    MeetingList,
    PartyList,
    InstrumentList,
    PeopleList,
]


def label(value) -> str:
    if isinstance(value, models.Field):
        return value.name
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_rows_of_a_model_stand_in_one_order_and_no_other(model):
    ordering = tuple(model._meta.ordering)
    named = {name.lstrip("-") for name in ordering}
    unique = [{f.name} for f in model._meta.local_fields if f.unique]
    unique += [set(c.fields) for c in model._meta.total_unique_constraints]
    assert not ordering or ends_in_pk(ordering) or any(fields <= named for fields in unique)


def ordering_methods() -> list[tuple]:
    """Methods of our query sets that put rows into an order. Sums and subqueries have orders of their own."""
    found = []
    for model in MODELS:
        queryset = type(model._default_manager.all())
        for name, method in inspect.getmembers(queryset, inspect.isfunction):
            source = inspect.getsource(method) if method.__module__.split(".")[0] in OURS else ""
            if "order_by(" in source and ".values(" not in source:
                found.append((model, name, method))
    return found


@pytest.mark.parametrize(("model", "name", "method"), ordering_methods(), ids=label)
def test_a_query_that_orders_ends_in_the_key(db, model, name, method):
    known = {"user": make_user(), "now": NOW, "today": NOW.date(), "since": NOW, "most": 5}
    known |= {"meeting": make_meeting(), "name": "commitments:list"}
    arguments = [name for name in inspect.signature(method).parameters if name != "self"]
    found = model._default_manager.all()
    if (model, name) == (Commitment, "soonest_first"):
        found = found.with_timing(known["user"], NOW)
    order = getattr(found, name)(**{name: known[name] for name in arguments}).query.order_by
    assert ends_in_pk(tuple(str(part) if isinstance(part, Combinable) else part for part in order))


@pytest.mark.parametrize("page", LISTS, ids=label)
def test_a_list_page_orders_to_the_last_row(rf, db, page):
    view = page()
    view.request = rf.get("/")
    view.request.user, view.request.now = make_user(), NOW
    view.object_list = view.get_queryset()
    order = view.get_table_data().query.order_by
    assert order
    assert order[-1] == "pk"


@pytest.mark.parametrize(("model", "field"), CHOICES, ids=label)
def test_every_choice_fits_its_column(model, field):
    assert all(len(str(value)) <= field.max_length for value, _ in field.flatchoices)


@pytest.mark.parametrize(("model", "field"), DEFAULTS, ids=label)
def test_a_default_is_one_of_the_choices(model, field):
    assert field.get_default() in {*dict(field.flatchoices), ""}


@pytest.mark.parametrize(("model", "field"), RELATIONS, ids=label)
def test_nothing_goes_away_with_what_it_names_except_as_a_part_of_it(model, field):
    """People, parties, meetings and reports are never taken away by a cascade."""
    if field.remote_field.on_delete is models.CASCADE:
        assert (
            field.related_model in {Commitment, Obligation, ProgressReport}
            or model._meta.app_label == "reminders"
        )


@pytest.mark.parametrize("name", SENSITIVE)
def test_what_can_be_restricted_has_a_sensitivity(name):
    model = next(m for m in MODELS if m.__name__ == name)
    field = model._meta.get_field("sensitivity")
    assert not field.null
    assert {"public", "members", "secretariat", "party"} == set(dict(field.flatchoices))


@pytest.mark.parametrize("model", MODELS, ids=label)
def test_every_constraint_has_a_name_that_says_what_it_forbids(model):
    for constraint in model._meta.constraints:
        assert len(constraint.name) > 8
        assert "_" in constraint.name


def test_no_two_constraints_or_indexes_share_a_name():
    names = [c.name for m in MODELS for c in (*m._meta.constraints, *m._meta.indexes)]
    assert len(names) == len(set(names))


def test_a_deadline_is_a_date_and_never_a_text():
    kinds = {name: type(Deadline._meta.get_field(name)) for name in ("opens", "due")}
    assert set(kinds.values()) == {models.DateField}
    assert type(Obligation._meta.get_field("due_at")) is models.DateTimeField


def test_what_is_computed_is_not_a_status():
    choices = set(dict(Obligation._meta.get_field("status").flatchoices))
    assert not choices & {"overdue", "due_soon", "soon", "silent", "awaiting"}


def test_the_query_set_of_people_is_what_their_manager_gives():
    assert isinstance(User.objects.all(), UserQuerySet)


def test_no_migration_is_missing(db):
    call_command("makemigrations", check=True, dry_run=True)
