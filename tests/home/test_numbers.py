"""Every number of the home pages and of statistics opens the list that makes it, and equals its count."""

import pytest

from accounts.models import User

from .links import numbers

pytestmark = pytest.mark.django_db

PEOPLE = ["officer", "reader", "kazakhstan", "deputy"]


def walk(client, path: str, who: str) -> list[str]:
    """Open every number of a page and compare; which lists were asked for."""
    client.force_login(User.objects.get(email=f"{who}@example.org"))
    found = numbers(client.get(path).content.decode())
    for href, number in found:
        table = client.get(href).context["table"]
        assert table.paginator.count == number, href
    return [href for href, _ in found]


@pytest.mark.parametrize("who", PEOPLE)
def test_every_number_of_a_home_page_is_that_of_the_list_it_opens(client, register, who):
    asked = walk(client, "/", who)
    filters = {part for href in asked for part in href.partition("?")[2].split("&")}
    if who in ("kazakhstan", "deputy", "rats"):
        assert len(asked) >= 4
        assert "owed=me" in filters
    else:
        assert len(asked) > 30
        assert {"reporting=silent", "timing=overdue", "status=done"} <= filters
    assert ("state=submitted" in filters) == (who in ("officer", "admin"))


@pytest.mark.once
@pytest.mark.parametrize(
    ("who", "query"),
    [
        *((who, "?party=KZ&party=TJ") for who in ("deputy", "rats")),
        ("officer", ""),
        ("reader", "?meeting=scs-14&theme=terrorism&ahead=12&back=6"),
    ],
)
def test_every_number_of_statistics_is_that_of_the_list_it_opens(client, register, who, query):
    asked = walk(client, f"/statistics/{query}", who)
    told = " ".join(asked)
    assert "due_from=" in told
    assert "status=done" in told
    assert "/commitments/reports/?" in told
