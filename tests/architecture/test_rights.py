"""Role × address × method: whoever asks, whatever and however, gets what the rule of the address says.

Everything comes from the resolver, so an address that comes later is asked too. One test a role asks
all addresses, each within a transaction that is rolled back, and names every wrong cell.
"""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.access import Access, rule_of
from accounts.models import SavedView
from meetings.models import Report
from reminders.choices import Capacity, Outcome, Reason
from reminders.models import Reminder
from tests import planted
from tests.answers import text_of
from tests.architecture.addresses import Address, all_addresses
from tests.planted import (
    OUTSIDE,
    OWN_PARTY,
    ROLES,
    SECRETARIAT,
    SIGNED_IN,
    World,
    found_in,
    hidden_from,
)

# Rules of addresses are decided before a database is asked.
pytestmark = [pytest.mark.once, pytest.mark.django_db]

ADDRESSES = list(all_addresses())
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE")
# The administration refuses what our models forbid: nothing is deleted, and events are only read.
# (Completing a choice needs to be told of which field.)
CLOSED = {"admin:autocomplete", "admin:accounts_event_add", "admin:accounts_event_change"}
# Posts that the page itself refuses to whoever does not answer for the line.
OF_THE_LINE = {"commitments:report", "commitments:ask-extension"}


@pytest.fixture
def world(now, settings) -> World:
    settings.PUBLIC_VIEW = True
    return planted.plant(planted.ground(now), now)


def cells(addresses: list[Address]) -> Iterator[tuple[Address, str, str]]:
    """Each address with its path and each method."""
    for address in addresses:
        path = address.path()
        for method in METHODS:
            yield address, path, method


def asked(client: Client, method: str, path: str) -> HttpResponse:
    """An answer whose doing is undone."""
    with transaction.atomic():
        answer = client.generic(method, path)
        transaction.set_rollback(True)
    return answer


def due(rule: Access, role: str) -> str:
    """What becomes of somebody at an address: in, forbidden, or sent to sign in."""
    if rule is Access.PUBLIC:
        return "in"
    if role in OUTSIDE:
        return "sign in"
    allowed = {
        Access.OFFICER: SECRETARIAT,
        Access.ADMINISTRATOR: {"administrator"},
    }.get(rule)
    return "in" if allowed is None or role in allowed else "forbidden"


def became(answer: HttpResponse, path: str) -> str:
    if answer.status_code == 403:
        return "forbidden"
    sent_to = answer.headers.get("Location", "")
    return "sign in" if sent_to == f"/accounts/login/?next={path}" else "in"


def is_unwell(answer: HttpResponse, path: str) -> bool:
    """A health address says that something else does not work."""
    return answer.status_code == 503 and path.startswith("/healthz/")


def wrong(world: World, role: str, address: Address, path: str, method: str) -> str:
    """What is wrong with one cell; nothing when all is well."""
    answer = asked(world.client(role), method, path)
    if answer.status_code >= 500 and not is_unwell(answer, path):
        return f"{answer.status_code}"
    expected, got = due(rule_of(address.match()), role), became(answer, path)
    if expected == "in":
        refused = (
            address.name in CLOSED
            or address.name.endswith("_delete")
            or (address.name in OF_THE_LINE and method == "POST" and role not in SECRETARIAT)
        )
        if refused and got == "forbidden":
            return ""
    return "" if got == expected else f"{got} ({answer.status_code}) in place of {expected}"


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_at_every_address_by_every_method_what_its_rule_says(world, role):
    found = {
        f"{method} {path}": said
        for address, path, method in cells(ADDRESSES)
        if (said := wrong(world, role, address, path, method))
    }
    assert found == {}


# One object that is not everybody's, at every address of the rule OBJECT: the arguments in the order of
# the address, and who gets at it. Whoever does not is told that there is no such page.
Things = dict[str, tuple[tuple[object, ...], frozenset[str]]]
OWN_AND_STAFF = OWN_PARTY | SECRETARIAT


def things(world: World) -> Things:
    line, owner = world.party_line, frozenset({"owner"})
    report = Report.objects.get(language="ru")
    told = Reminder.objects.create(
        obligation=line,
        recipient=world.people["owner"],
        capacity=Capacity.FOCAL_POINT,
        occasion="D7",
        outcome=Outcome.SUPPRESSED,
        reason=Reason.AWAITING,
        planned_at=line.registered_at,
    )
    view = SavedView.objects.create(owner=world.people["owner"], list="grid", name="Mine")
    of_the_line = (line.commitment.reference, "AA")
    return {
        "accounts:delete-view": ((view.pk,), owner),
        "commitments:ask-extension": (of_the_line, OWN_AND_STAFF),
        "commitments:detail": ((line.commitment.reference,), OWN_AND_STAFF),
        "commitments:line": (of_the_line, OWN_AND_STAFF),
        "commitments:report": (of_the_line, OWN_AND_STAFF),
        "evidence:add-file": ((world.draft.pk,), owner),
        "evidence:add-link": ((world.draft.pk,), owner),
        "evidence:file": ((world.proof.pk,), OWN_AND_STAFF),
        "evidence:remove": ((world.draft.evidence.get().pk,), owner),
        "meetings:dossier": (("meeting",), SIGNED_IN),  # its rows are restricted, not the page
        "meetings:original": ((report.meeting.slug,), SECRETARIAT),
        "meetings:report": ((report.meeting.slug,), SECRETARIAT),
        "reminders:mute": ((line.pk,), OWN_AND_STAFF),
        "reminders:promise": ((told.pk,), owner | SECRETARIAT),
    }


def test_every_address_of_an_object_has_an_object_that_is_not_everybodys(world):
    objects = {a.name for a in ADDRESSES if rule_of(a.match()) is Access.OBJECT}
    assert set(things(world)) == objects


@pytest.mark.parametrize("role", sorted(SIGNED_IN))
def test_what_somebody_may_not_see_does_not_exist_for_them(world, role):
    found = {}
    for name, (arguments, readers) in things(world).items():
        of_the_text = "?language=ru" if name in {"meetings:report", "meetings:original"} else ""
        for method in METHODS:
            path = reverse(name, args=arguments) + of_the_text
            answer = asked(world.client(role), method, path)
            is_there = answer.status_code not in {404, 405}
            # Whether a method is known at all, the address alone decides.
            said = "" if answer.status_code == 405 or is_there is (role in readers) else "seen"
            if leaked := found_in(hidden_from(role), text_of(answer).replace(path, "")) or said:
                found[f"{method} {name}"] = (answer.status_code, leaked)
    assert found == {}
