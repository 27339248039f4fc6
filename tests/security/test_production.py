"""S18: what a site that others can reach refuses to start with, and where its secrets come from."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from accounts.models import User
from sco_tracker import checks, env, production, sample
from tests.architecture.test_env_example import EXAMPLE, ROOT
from tests.factories import make_user

KEY = "vK3-qT9zLw_7RbX2mNcY5sFdGhJ8pAeU4iOoQ1WtZ6xVkBnMyJ7d-Hs"
GOOD = {
    "SITE_URL": "https://tracker.example.org",
    "ALLOWED_HOSTS": "tracker.example.org",
    "TRUSTED_ORIGINS": "https://tracker.example.org",
    "SECRET_KEY": KEY,
}
CASES = [
    ("SITE_URL", "http://tracker.example.org", "needs https"),
    ("SITE_URL", "http://localhost.example.org", "needs https"),
    ("SITE_URL", "http://127.0.0.1.example.org", "needs https"),
    ("DEBUG", "on", "shows settings"),
    ("ALLOWED_HOSTS", "*", "name each host"),
    ("ALLOWED_HOSTS", "tracker.example.org,.example.org", "name each host"),
    ("SECRET_KEY", KEY[:49], "shorter than 50"),
    ("SECRET_KEY", f"django-insecure-{KEY}", "example"),
    ("SECRET_KEY", f"for-tests-only-{KEY}", "example"),
    ("SECRET_KEY", "abcdef" * 12, "repeats itself"),
    ("METRICS_TOKEN", "change-me-change-me-change-me", "example"),
    ("BOUNCE_TOKEN", "a" * 40, "repeats itself"),
    ("DATABASE_URL", "postgres://app@db.internal/tracker", "no password"),
    ("DATABASE_URL", "postgres://app:postgres@db.internal/tracker", "guessed first"),
    ("CELERY_BROKER_URL", "redis://broker.internal:6379/0", "without a password"),
    ("CACHE_URL", "rediss://cache.internal:6379/1", "without a password"),
]
ALLOWED = [
    {},
    {"DATABASE_URL": "postgres://app:x7Gq-11kd@db.internal/tracker"},
    {"DATABASE_URL": "postgres://app@/tracker?host=/run/postgresql"},
    {"CELERY_BROKER_URL": "rediss://:x7Gq-11kd@broker.internal:6379/0"},
    {"CELERY_BROKER_URL": "redis+socket:///run/broker.sock", "CACHE_URL": "unix:///run/broker.sock"},
    {"METRICS_TOKEN": "vK3-qT9zLw_7RbX2mNcY5sFdGhJ8"},
]  # fmt: skip


def settings_with(
    folder: Path, program: str = "", **given: str
) -> "subprocess.CompletedProcess[str]":
    """What reading the settings says in a process of its own."""
    clean = {
        name: word for name, word in os.environ.items() if name.removesuffix("_FILE") not in EXAMPLE
    }
    return subprocess.run(
        [sys.executable, "-c", f"from sco_tracker import settings; {program}"],
        env=clean | {"DATA_DIR": str(folder)} | given,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )  # fmt: skip


@pytest.mark.parametrize(("name", "value", "said"), CASES)
def test_production_refuses(tmp_path, name, value, said):
    refused = settings_with(tmp_path, **GOOD | {name: value})
    last = refused.stderr.strip().splitlines()[-1]
    assert refused.returncode == 1
    assert "ImproperlyConfigured" in last
    assert name in last
    assert said in last


@pytest.mark.parametrize("given", ALLOWED)
def test_production_takes_what_is_in_order(tmp_path, given):
    done = settings_with(tmp_path, **GOOD | given)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_refusal_tells_a_secret(tmp_path):
    for name, value, _said in CASES:
        if name not in {"SITE_URL", "DEBUG", "ALLOWED_HOSTS"}:
            said = settings_with(tmp_path, **GOOD | {name: value}).stderr.splitlines()[-1]
            assert value not in said


def test_production_sends_cookies_and_pages_by_https_alone_for_a_year(tmp_path):
    asked = (
        "print(settings.SECURE_SSL_REDIRECT, settings.SESSION_COOKIE_SECURE,"
        " settings.CSRF_COOKIE_SECURE, settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME,"
        " settings.SECURE_HSTS_SECONDS >= 365 * 24 * 3600, settings.DEBUG)"
    )
    said = settings_with(tmp_path, asked, **GOOD).stdout.split()
    assert said == ["True", "True", "True", "__Host-sessionid", "__Host-csrftoken", "True", "False"]


@pytest.mark.parametrize(
    ("site", "is_one"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("https://127.0.0.1", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("http://localhost@example.org", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback_is_a_host_and_not_how_an_address_begins(site, is_one):
    assert production.is_loopback(site) is is_one


def test_the_check_of_production_settings_fails_on_a_warning():
    """script/check runs it (S13)."""
    script = (ROOT / "script" / "check").read_text()
    assert "in_production check --deploy --fail-level WARNING" in script


# Sample accounts -----------------------------------------------------------------------------------


@pytest.fixture
def away(db, settings):
    """A site that others reach, with one account of the sample left in its database."""
    settings.ON_LOOPBACK = False
    return make_user(email=sample.ADDRESSES[3])


def found() -> list[str]:
    return [message.id for message in run_checks(databases=["default"]) if "sco_" in message.id]


def test_migrate_refuses_sample_accounts_in_production(away, settings):
    assert found() == ["sco_tracker.E001"]
    with pytest.raises(CommandError, match="passwords are public"):
        call_command("check", databases=["default"])
    settings.ON_LOOPBACK = True
    assert found() == []


def test_without_sample_accounts_nothing_is_refused(away):
    User.objects.filter(pk=away.pk).update(email="somebody@ministry.example")
    assert found() == []
    checks.refuse_sample_accounts()


def test_a_web_process_does_not_start_with_sample_accounts(away, settings, monkeypatch):
    monkeypatch.setattr(checks.connection, "close", lambda: None)
    with pytest.raises(ImproperlyConfigured, match="passwords are public"):
        checks.refuse_sample_accounts()
    settings.ON_LOOPBACK = True
    checks.refuse_sample_accounts()


def test_a_web_process_starts_while_the_database_is_away(settings, monkeypatch, db, caplog):
    def away():
        raise DatabaseError("no route")

    settings.ON_LOOPBACK = False
    monkeypatch.setattr(checks.connection, "close", lambda: None)
    monkeypatch.setattr(sample, "has_accounts", away)
    checks.refuse_sample_accounts()
    assert "cannot be told" in caplog.text


def test_the_entrance_of_web_processes_asks():
    assert "refuse_sample_accounts()" in (ROOT / "sco_tracker" / "wsgi.py").read_text()


@pytest.mark.processes
def test_gunicorn_s_entrance_refuses_sample_accounts(tmp_path):
    environment = {
        **{n: w for n, w in os.environ.items() if n.removesuffix("_FILE") not in EXAMPLE},
        **GOOD, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "sco_tracker.settings",
    }  # fmt: skip
    fill = (
        "import django; django.setup(); from django.core.management import call_command as c;"
        "c('migrate', verbosity=0); from django.utils import timezone;"
        "from sco_tracker.sample import load_sample; load_sample(now=timezone.now())"
    )
    for program, code in ((fill, 0), ("import sco_tracker.wsgi", 1)):
        done = subprocess.run(
            [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True
        )  # fmt: skip
        assert done.returncode == code, done.stderr
    assert "passwords are public" in done.stderr.splitlines()[-1]


# Files ---------------------------------------------------------------------------------------------

SECRETS = {
    "SECRET_KEY": ("settings.SECRET_KEY", KEY),
    "DATABASE_URL": ("settings.DATABASES['default']['PASSWORD']", "postgres://a:x7Gq-11kd@h/t"),
    "CELERY_BROKER_URL": ("settings.CELERY_BROKER_URL", "redis://:x7Gq-11kd@h/0"),
    "CACHE_URL": ("settings.CACHE_URL", "redis://:x7Gq-11kd@h/1"),
    "EMAIL_URL": ("settings.EMAIL_RELAY['password']", "smtp://a:x7Gq-11kd@h"),
    "BOUNCE_TOKEN": ("settings.BOUNCE_TOKEN", f"x7Gq-11kd-{KEY}"),
    "METRICS_TOKEN": ("settings.METRICS_TOKEN", f"x7Gq-11kd-{KEY}"),
    "DEAD_MAN_URL": ("settings.DEAD_MAN_URL", "https://watch.example.org/x7Gq-11kd"),
}


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_may_stand_in_a_file(tmp_path, name):
    asked, value = SECRETS[name]
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    given = {key: word for key, word in GOOD.items() if key != name}
    done = settings_with(tmp_path, f"print({asked})", **given, **{f"{name}_FILE": str(file)})
    assert done.stdout.strip() in value
    assert len(done.stdout.strip()) >= len("x7Gq-11kd")


def test_a_file_that_is_not_there_stops_the_start(tmp_path):
    refused = settings_with(tmp_path, **GOOD | {"EMAIL_URL_FILE": str(tmp_path / "none")})
    assert "EMAIL_URL_FILE names" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("name", SECRETS)
def test_the_example_tells_of_every_secret_that_may_stand_in_a_file(name):
    told = (
        (ROOT / ".env.example").read_text().split("those\n# with secrets are")[1].split("Where")[0]
    )
    assert name in told


def test_every_variable_with_a_secret_is_read_by_the_function_that_reads_files(
    monkeypatch, tmp_path
):
    (tmp_path / "word").write_text("from the file\n")
    monkeypatch.setenv("ANY_NAME", "from the environment")
    monkeypatch.setenv("ANY_NAME_FILE", str(tmp_path / "word"))
    assert env.text("ANY_NAME") == "from the file"
