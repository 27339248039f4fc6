"""What the tests of personal data share: who somebody is, how they leave, and where their words stand."""

from django.apps import apps
from django.db import models
from django.test import Client

from accounts import forgetting
from accounts.choices import Via
from accounts.models import User
from meetings.services import end_term
from tests.factories import (
    NOW,
    days,
)

NAME, ADDRESS = "Zzyzx Qoroqorum", "zzyzx@ministry.example"


def preferences(person) -> dict[str, object]:
    return {
        "name": NAME, "language": "en", "time_zone": "Asia/Bishkek", "delivery_hour": 7,
        "delivery_days": [1, 2, 5], "theme": "dark", "version": person.version,
    }  # fmt: skip


def as_(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def leave(life, administrator) -> None:
    """The term ends and the report is settled: nothing is open any more."""
    end_term(
        term=life["term"], ends_on=NOW.date() - days(1), actor=administrator, now=NOW, via=Via.PAGE
    )


def forget(person, administrator) -> User:
    return forgetting.anonymise(user=person, actor=administrator, now=NOW, via=Via.PAGE)


def places_with(*words: str) -> set[str]:
    """Every column of the database in which one of these words stands, whatever the case."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                continue
            for value in model._base_manager.values_list(field.attname, flat=True):
                said = bytes(value).decode("utf-8", "replace") if _is_bytes(value) else str(value)
                if any(word.lower() in said.lower() for word in words):
                    found.add(f"{model._meta.label}.{field.name}")
    return found


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes | memoryview)
