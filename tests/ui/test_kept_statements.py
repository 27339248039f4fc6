"""Statements that PostgreSQL keeps with their plans (docs/performance.md)."""

import pytest
from django.db import connection

from sco_tracker import env
from tests.factories import make_officer


@pytest.mark.parametrize(
    ("address", "options"),
    [
        ("postgres://a@h/n", {"server_side_binding": True, "prepare_threshold": env.PREPARE_FROM}),
        (
            "postgres://a@h/n?prepared=off",
            {"server_side_binding": False, "prepare_threshold": None},
        ),
    ],
)
def test_a_pool_may_ask_that_none_is_kept(monkeypatch, address, options):
    monkeypatch.setenv("DATABASE_URL", address)
    assert env.database("DATABASE_URL", sqlite=None)["OPTIONS"] == {
        "options": env.POSTGRESQL_PLANS, **options,
    }  # fmt: skip


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite keeps its own")
@pytest.mark.django_db
def test_a_page_that_comes_again_is_not_planned_again(client):
    client.force_login(make_officer())
    for _ in range(env.PREPARE_FROM + 1):
        assert client.get("/commitments/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%commitments_turn%'"
        )
        assert cursor.fetchone()[0]
