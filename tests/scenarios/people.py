"""People with a browser, and a clock that a story sets."""

import re
from datetime import UTC, date, datetime, time
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accounts import middleware
from accounts.models import User


class Clock:
    """The moment that the pages take for now."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, start: date) -> None:
        self.now = at_noon(start)
        monkeypatch.setattr(middleware, "read_clock", lambda: self.now)

    def set(self, day: date) -> None:
        self.now = at_noon(day)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


class Person:
    """Somebody who signs in, reads pages and sends the forms that stand on them."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.client = Client()
        self.client.force_login(user)

    def reads(self, path: str) -> str:
        """The words of a page, without its markup."""
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return words_of(answer.content.decode())

    def sends(self, path: str, **form: Any) -> str:
        """Send a form that is accepted; returns the page that follows."""
        answer = self.client.post(path, form, follow=True)
        last = answer.content.decode()
        assert answer.redirect_chain, f"{path} was not accepted: {words_of(last)[:3000]}"
        return words_of(last)

    def is_refused(self, path: str, **form: Any) -> str:
        """Send a form that is shown again; returns the page with what is wrong."""
        answer = self.client.post(path, form)
        assert answer.status_code in {200, 409}, f"{path} answered {answer.status_code}"
        return words_of(answer.content.decode())

    def version(self, path: str, action: str) -> str:
        """The version that a form on a page carries."""
        page = self.client.get(path).content.decode()
        form = re.search(rf'<form[^>]*action="{re.escape(action)}".*?</form>', page, re.DOTALL)
        assert form, f"{path} has no form for {action}"
        found = re.search(r'name="version" value="(\d+)"', form[0])
        assert found, f"the form for {action} carries no version"
        return found[1]


def words_of(page: str) -> str:
    """What a page says, in one line."""
    text = re.sub(r"<(script|style|svg|template)\b.*?</\1>", " ", page, flags=re.DOTALL)
    text = re.sub(r"</?(a|b|time)\b[^>]*>", "", text)  # within a sentence
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())
