"""S13: every answer carries the headers that keep a browser from doing what the site never asks for.

ASVS 5.0, 3.4.1 to 3.4.6. Every address of the resolver is asked as several people, and every kind of
answer that no address gives: not found, refused, unreadable, broken, redirected, static.
"""

import re

import pytest
from csp.constants import HEADER
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import path

from meetings.choices import Sensitivity
from sco_tracker.urls import urlpatterns as site
from tests.architecture.addresses import Address, all_addresses
from tests.factories import (
    make_administrator,
    make_commitment,
    make_draft,
    make_focal_point,
    make_meeting,
    make_party,
    make_report,
)

# Headers are set without asking a database.
pytestmark = [pytest.mark.django_db, pytest.mark.once]

YEAR = 365 * 24 * 3600
ADDRESSES = list(all_addresses())
LISTS = (
    "/commitments/",
    "/commitments/lines/",
    "/meetings/",
    "/people/",
    "/reminders/",
    "/history/",
)


def broken(request):
    raise RuntimeError("secret words of a trace")


def suspicious(request):
    raise SuspiciousOperation


urlpatterns = [
    *site,
    path("broken/", broken),
    path("suspicious/", suspicious),
    path("undeclared/", lambda request: HttpResponse("let in")),
]
for view in (broken, suspicious):
    view.access = site[0].callback.access


@pytest.fixture(autouse=True)
def production(settings):
    """As the settings are away from loopback."""
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = YEAR


@pytest.fixture
def people():
    report = make_report(make_meeting(slug="meeting"))
    make_commitment(report, [make_party("AA")], reference="TST-1")
    return {
        "stranger": None,
        "focal point": make_focal_point(make_party("AA")).user,
        "administrator": make_administrator(),
    }


def browser(person=None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


def missing(response) -> list[str]:
    """What an answer lacks, in words; nothing when all is there."""
    headers = response.headers
    policy = directives(headers.get("Content-Security-Policy", ""))
    age = re.match(r"max-age=(\d+)", headers.get("Strict-Transport-Security", ""))
    is_frame = policy.get("frame-ancestors") == "'self'"  # the body of a mail, within its page
    found = {
        "policy": policy.get("default-src") == "'none'",
        "nosniff": headers.get("X-Content-Type-Options") == "nosniff",
        "referrer": headers.get("Referrer-Policy") in {"same-origin", "no-referrer"},
        "hsts": bool(age) and int(age[1]) >= YEAR,
        "frames": headers.get("X-Frame-Options") == ("SAMEORIGIN" if is_frame else "DENY"),
        "opener": headers.get("Cross-Origin-Opener-Policy") == "same-origin",
    }
    if not is_frame:
        found["ancestors"] = policy.get("frame-ancestors") == "'none'"
    if "sandbox" not in policy:
        found["objects"] = policy.get("object-src") == policy.get("base-uri") == "'none'"
        found["unsafe"] = "unsafe" not in headers.get("Content-Security-Policy", "unsafe")
    return [name for name, is_there in found.items() if not is_there]


def directives(policy: str) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in policy.split(";") if part.strip())
    return {name: value for name, _space, value in parts}


@pytest.mark.parametrize("address", ADDRESSES, ids=lambda address: address.name)
def test_every_address_answers_everybody_with_all_headers(people, address: Address):
    handler = ClientHandler(enforce_csrf_checks=False)  # one for all: making the middleware is slow
    for who, person in people.items():
        client = browser(person)
        client.handler = handler
        for method in ("GET", "POST"):
            response = client.generic(method, address.path(), secure=True)
            assert missing(response) == [], (who, method, response.status_code)
            response.getvalue()


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("asked", "status"),
    [("/nowhere/", 404), ("/undeclared/", 403), ("/broken/", 500), ("/suspicious/", 400)],
)
def test_an_error_has_all_headers_and_tells_no_trace(people, asked, status):
    response = browser(people["administrator"]).get(asked, secure=True)
    assert (response.status_code, missing(response)) == (status, [])
    assert "secret words" not in response.content.decode()


def test_a_form_without_its_token_is_refused_with_all_headers(people):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["focal point"])
    response = client.post("/accounts/preferences/", secure=True)
    assert (response.status_code, missing(response)) == (403, [])


def test_a_wrong_host_is_refused_with_all_headers():
    response = browser().get("/", secure=True, headers={"host": "evil.example"})
    assert (response.status_code, missing(response)) == (400, [])


def test_the_redirect_to_https_has_all_that_counts_without_it():
    response = browser().get("/")
    assert response.headers["Location"] == "https://testserver/"
    # A browser takes no HSTS from plain http (RFC 6797, 7.2).
    assert (response.status_code, missing(response)) == (301, ["hsts"])


@pytest.mark.parametrize("asked", ["/healthz/live", "/healthz/ready", "/healthz/reminders"])
def test_health_has_all_headers(asked):
    assert missing(browser().get(asked, secure=True)) == []


@pytest.mark.parametrize("asked", ["tracker.css", "js/tracker.js", "img/favicon.svg", "nowhere.js"])
def test_static_files_have_all_headers(asked):
    response = browser().get(f"/static/{asked}", secure=True)
    response.getvalue()
    assert (response.status_code, missing(response)) == (404 if "nowhere" in asked else 200, [])


@pytest.mark.parametrize("kind", ["csv", "excel", "xlsx", "json", "print"])
@pytest.mark.parametrize("asked", LISTS)
def test_exports_have_all_headers(people, asked, kind):
    response = browser(people["administrator"]).get(asked, {"export": kind}, secure=True)
    assert (response.status_code, missing(response)) == (200, [])
    assert response.getvalue()


def test_evidence_is_handed_out_with_all_headers_and_in_a_sandbox(people):
    person, line = people["focal point"], make_commitment().obligations.get()
    make_focal_point(line.party, person)
    draft = make_draft(line, person)
    client = browser(person)
    file = SimpleUploadedFile("proof.txt", b"It was done.")
    data = {"file": file, "name": "", "sensitivity": Sensitivity.MEMBERS}
    client.post(f"/evidence/add-file/{draft.pk}/", data, secure=True)
    response = client.get(f"/evidence/{draft.evidence.get().pk}/", secure=True)
    assert (response.status_code, missing(response)) == (200, [])
    assert "sandbox" in response.headers["Content-Security-Policy"]
    assert response.getvalue() == b"It was done."


def test_the_policy_of_the_site_is_a_header_and_not_a_report(people):
    response = browser(people["focal point"]).get("/", secure=True)
    assert HEADER in response.headers
    assert "Content-Security-Policy-Report-Only" not in response.headers
