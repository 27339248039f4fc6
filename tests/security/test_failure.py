"""S16: with each dependency broken in turn, access opens to nobody, the page says in words what is wrong,
and nothing is half written (ASVS 5.0, 16.5). What breaks here really breaks: the errors are the database's.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import OperationalError, connection
from django.test import Client

from accounts import sessions
from accounts.models import Event
from commitments import files
from commitments.models import Evidence, Obligation, StoredFile
from meetings.choices import Sensitivity
from reminders import engine
from reminders.choices import State
from reminders.models import Email
from sco_tracker.errors import what_is_away
from tests.architecture.addresses import all_addresses
from tests.factories import (
    PASSWORD,
    make_administrator,
    make_commitment,
    make_draft,
    make_focal_point,
    make_meeting,
    make_officer,
    make_party,
    make_report,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

OWN = [address for address in all_addresses() if not address.name.startswith("admin:")]
# Health addresses say so by their own words, and signing out would end the walk.
ADDRESSES = [a for a in OWN if not a.name.startswith(("healthz", "account_logout"))]
WALKERS = ("stranger", "reader", "officer")
TRACES = ("Traceback", "sqlite3", "psycopg", "redis", "OperationalError", "django.db")


@pytest.fixture
def people():
    report = make_report(make_meeting(slug="meeting"))
    make_commitment(report, [make_party("AA")], reference="TST-1", title="Quagga")
    return {
        "stranger": None,
        "reader": make_user(password=PASSWORD),
        "focal point": make_focal_point(make_party("AA")).user,
        "officer": make_officer(password=PASSWORD),
    }


def browser(person=None) -> Client:
    client = Client(raise_request_exception=False)
    if person:
        client.force_login(person)
    return client


# Ways to break ---------------------------------------------------------------------------------------


@contextmanager
def database_gone() -> Iterator[None]:
    """The server, or the file, is not where it was."""
    settings = connection.settings_dict
    kept = {name: settings[name] for name in ("NAME", "HOST", "PORT")}
    options = dict(settings["OPTIONS"])
    connection.close()
    try:
        if connection.vendor == "sqlite":
            settings["NAME"] = "/nowhere/tracker.sqlite3"
        else:
            settings["HOST"] = "/nowhere"
            settings["OPTIONS"].pop("host", None)
        yield
    finally:
        connection.close()
        settings |= kept
        settings["OPTIONS"] = options


@contextmanager
def database_read_only() -> Iterator[None]:
    """As on a disk that went read-only, or on a standby."""
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        on = "PRAGMA query_only = ON" if sqlite else "SET default_transaction_read_only = on"
        cursor.execute(on)
    try:
        yield
    finally:
        connection.close()


@pytest.fixture
def cache_gone(settings):
    settings.CACHES = {
        **settings.CACHES,
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "unix:///nowhere/broker.sock",
        },
    }


@pytest.fixture
def mail_gone(settings):
    settings.EMAIL_BACKEND = "reminders.backend.OutboxBackend"
    settings.EMAIL_RELAY = {
        "host": "127.0.0.1", "port": 9, "username": "", "password": "", "use_ssl": False,
        "use_tls": False,
    }  # fmt: skip


BREAKS: dict[str, Callable] = {"gone": database_gone, "read-only": database_read_only}


def rows() -> dict[str, int]:
    """How many rows of everything there are, sessions apart: a request may end one."""
    return {
        model._meta.label: model._default_manager.count()
        for model in apps.get_models()
        if model._meta.label != "sessions.Session"
    }


def answers(clients) -> dict[tuple[str, str, str], tuple[int, str, str]]:
    """What every address answers to everybody: the status, where it leads, and the words."""
    found = {}
    for who, client in clients.items():
        for address in ADDRESSES:
            for method in ("GET", "POST"):
                response = client.generic(method, address.path())
                body = response.getvalue().decode("utf-8", "replace")
                to = response.headers.get("Location", "")
                found[who, address.name, method] = response.status_code, to, body
    return found


def is_closed(status: int, to: str) -> bool:
    return status in {401, 403, 404, 405} or to.startswith("/accounts/login/")


# The database ----------------------------------------------------------------------------------------


@pytest.mark.once
def test_with_the_database_broken_nobody_gets_further_and_pages_say_why(people):
    clients = {who: browser(people[who]) for who in WALKERS}
    before = answers(clients)
    counted = rows()
    for how, broken_so in BREAKS.items():
        with broken_so():
            broken = answers(clients)
        assert rows() == counted
        _check_nobody_gets_further(before, broken)
        refused = [place for place, (status, _to, _body) in broken.items() if status == 503]
        assert len(refused) > (len(broken) // 2 if how == "gone" else 3)


def _check_nobody_gets_further(before, broken):
    for place, (status, to, body) in broken.items():
        healthy = before[place]
        assert status != 500, place
        assert not any(trace in body for trace in TRACES), place
        if status == 503:
            assert "at the moment" in body, place
            assert "Quagga" not in body, place
        elif is_closed(*healthy[:2]):
            assert is_closed(status, to), (place, healthy[0], status)


@pytest.mark.parametrize("how", BREAKS)
def test_what_could_not_be_written_is_not_half_written_and_can_be_sent_again(people, how):
    line = Obligation.objects.get()
    client = browser(people["officer"])
    posted = {"status": "in_progress", "note": "Begun.", "version": line.version}
    events = Event.objects.count()
    with BREAKS[how]():
        response = client.post("/commitments/TST-1/AA/status/", posted)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "60"
    assert "What you sent is most likely not stored" in response.content.decode()
    line.refresh_from_db()
    assert (line.status, line.version, Event.objects.count()) == ("not_started", 1, events)
    assert client.post("/commitments/TST-1/AA/status/", posted).status_code == 302
    line.refresh_from_db()
    assert line.status == "in_progress"


@pytest.mark.parametrize("how", BREAKS)
def test_nobody_signs_in_while_the_database_is_broken(people, how):
    client = browser()
    data = {"login": people["officer"].email, "password": PASSWORD}
    with BREAKS[how]():
        assert client.post("/accounts/login/", data).status_code == 503
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


def test_a_read_only_register_is_read_and_says_what_cannot_be_done(people):
    client = browser(people["officer"])
    session = client.session  # used for a while: that it is used again cannot be written down
    session[sessions.SEEN] = session[sessions.SINCE] = int(time.time()) - 2 * sessions.NOTED_EVERY
    session.save()
    with database_read_only():
        assert "Quagga" in client.get("/commitments/TST-1/").content.decode()
        response = client.get("/commitments/", {"export": "csv"})
    # An export that cannot be told to the log is not handed out.
    assert response.status_code == 503
    assert "can be read but not written to" in response.content.decode()


def test_a_table_that_is_not_there_is_a_defect_and_a_lock_is_not():
    assert what_is_away(OperationalError("no such column: x")) == ""
    assert "busy" in what_is_away(OperationalError("database is locked"))
    assert "does not answer" in what_is_away(OperationalError("unable to open database file"))


def test_health_says_that_the_database_is_away(people):
    with database_gone():
        assert browser().get("/healthz/live").status_code == 200
        response = browser().get("/healthz/ready")
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")


def test_somebody_who_is_disabled_stays_out_whatever_breaks(people):
    person = people["reader"]
    client = browser(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    with database_read_only():
        response = client.get("/commitments/")
        assert response.status_code in {302, 503}
    assert client.get("/commitments/").headers["Location"].startswith("/accounts/login/")


# The cache -------------------------------------------------------------------------------------------


@pytest.mark.once
def test_without_the_cache_nobody_gets_further(people, cache_gone):
    clients = {who: browser(people[who]) for who in WALKERS}
    for place, (status, to, body) in answers(clients).items():
        assert status != 500, place
        assert not any(trace in body for trace in TRACES), place
        if place[0] == "stranger" and status == 200:
            assert "Quagga" not in body, place
        if place[:2] in {("reader", "reminders:outbox"), ("officer", "reminders:outbox")}:
            assert is_closed(status, to), place


@pytest.mark.parametrize("password", ["wrong", ""])
def test_without_the_cache_a_wrong_password_lets_nobody_in(people, cache_gone, password):
    client = browser()
    data = {"login": people["officer"].email, "password": password}
    response = client.post("/accounts/login/", data)
    assert response.status_code in {200, 429, 503}
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


# Mail ------------------------------------------------------------------------------------------------


def test_without_the_mail_server_pages_work_and_mail_waits(people, mail_gone):
    administrator = make_administrator()
    response = browser(administrator).post("/reminders/test-mail/")
    assert response.status_code == 302
    engine.send()
    email = Email.objects.get()
    assert (email.state, email.tries) == (State.WAITING, 0)
    assert browser(administrator).get(f"/reminders/outbox/{email.pk}/").status_code == 200


def test_without_the_mail_server_an_unknown_address_is_answered_like_a_known_one(people, mail_gone):
    known, unknown = (
        browser().post("/accounts/password/reset/", {"email": address})
        for address in (people["officer"].email, "nobody@ministry.example")
    )
    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )


# The disk --------------------------------------------------------------------------------------------


@pytest.fixture
def full(monkeypatch, settings, tmp_path):
    """A disk that has a name for every file and room for none."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(files, "_open_new", lambda path: os.open("/dev/full", os.O_WRONLY))


def send_file(client: Client, draft):
    file = SimpleUploadedFile("proof.txt", b"It was done.")
    data = {"file": file, "name": "", "sensitivity": Sensitivity.MEMBERS}
    return client.post(f"/evidence/add-file/{draft.pk}/", data)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_with_the_disk_full_the_field_says_so_and_no_row_is_there(people, full, tmp_path, caplog):
    line = Obligation.objects.get()
    draft = make_draft(line, people["focal point"])
    events = Event.objects.count()
    response = send_file(browser(people["focal point"]), draft)
    assert response.status_code == 200
    assert "the disk of this site is full" in response.context["form"].errors["file"][0]
    assert "No space left on device" in caplog.text
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)
    assert Event.objects.count() == events
    assert [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()] == []
    draft.refresh_from_db()
    assert draft.version == 1


def test_a_folder_that_cannot_be_written_to_is_told_in_the_same_way(people, settings, tmp_path):
    (tmp_path / "evidence").write_text("a file where a folder should be")
    settings.DATA_DIR = tmp_path
    draft = make_draft(Obligation.objects.get(), people["focal point"])
    response = send_file(browser(people["focal point"]), draft)
    assert "cannot be written to" in response.context["form"].errors["file"][0]
    assert not StoredFile.objects.exists()


def test_a_large_upload_that_fills_the_disk_on_its_way_in_is_told(people, settings, monkeypatch):
    def fails(self, raw_data, start):
        self.file.close()
        with open("/dev/full", "wb", buffering=0) as full:
            full.write(raw_data)

    monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", fails)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0
    draft = make_draft(Obligation.objects.get(), people["focal point"])
    client = Client(raise_request_exception=False, enforce_csrf_checks=False)
    client.force_login(people["focal point"])
    response = send_file(client, draft)
    assert response.status_code == 503
    assert "disk of this site is full" in response.content.decode()
    assert not Evidence.objects.exists()


def test_a_file_that_is_gone_is_told_in_words(people, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    draft = make_draft(Obligation.objects.get(), people["focal point"])
    client = browser(people["focal point"])
    send_file(client, draft)
    files.path_of(StoredFile.objects.get()).unlink()
    response = client.get(f"/evidence/{Evidence.objects.get().pk}/")
    assert response.status_code == 404
    assert "proof.txt" in response.content.decode()


# Words -----------------------------------------------------------------------------------------------


def test_a_defect_of_ours_is_not_told_as_something_that_passes():
    assert what_is_away(ValueError("x")) == ""
    assert what_is_away(OSError(13, "Permission denied")) == ""
