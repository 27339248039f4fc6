"""Random requests: any role, any address, any method, fields with values that nobody would type."""

import json
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import get_script_prefix
from hypothesis import strategies as st

from tests.architecture.addresses import Address
from tests.fuzz.fields import Fields
from tests.planted import OUTSIDE, SIGNED_IN, WORDS, YEAR

METHODS = (*("GET", "POST") * 6, "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
# Those who get in more often than those who are sent to the door.
ASKING = (*sorted(SIGNED_IN) * 4, *sorted(OUTSIDE))
# What breaks programs: ends of ranges, other alphabets, marks of direction, what is no text, code.
ODD = (
    "", " ", "0", "-1", "1", "2", "99999999999999999999", "9223372036854775808", "-9223372036854775809",
    "2147483648", "1e309", "NaN", "٣", "²", "0x10", "1.5", "on", "true", "null", "None", "[]", "{}", '{"a":',
    "\0", "a\0b", "%00", "\r\nSet-Cookie: a=b", "\ufeff", "\u202e", "\U0001f600", "é", "İ", "ß", "ﬁ",
    "2026-02-30", "0000-01-01", "0001-01-01", "9999-12-31", "10000-01-01", "2026-01-01",
    "2026-01-01T00:00:00Z", "12:61", "=1+1", "'", '"', "\\", "' or 1=1 --", "<script>alert(1)</script>",
    "{{ 7 }}", "{% debug %}", "${7}", "../../etc/passwd", "//evil.example", "https://evil.example",
    "javascript:alert(1)", "file:///etc/passwd", "http://169.254.169.254/", "a" * 300, "ж" * 5000,
    "(", "[", "*", "(?", "a{1000}", "%", "_", "%s", "%(a)s", "-pk", "pk", "-title,title", "title__gt", "csv",
    "xlsx", "json", "print", "excel", "docx", "AA", "BB", "aa", "TST-1", "TST-2", "meeting", "en", "ru",
    "public", "party", "secretariat", "members", "done", "in_progress", "lead", "overdue",
)  # fmt: skip
FILES = (
    ("a.pdf", b"%PDF-1.4\n%%EOF"), ("a.pdf", b"<svg onload=alert(1)>"), ("a.txt", b""), ("", b"text"),
    ("../../a.csv", b"reference,party\n"), ("a.csv", b"reference;title\n\0;=1\n"),
    ("a.xlsx", b"PK\x03\x04 no archive"), ("a\u202etxt.exe", b"MZ"), ("a.html", b"<b>" * 900),
    ("a.docx", b"\xff" * 500), ("a.txt", "ж".encode("cp1251")), ("a.csv", b"\xff\xfe\0"),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request, so that it can be read and made again."""

    role: str
    method: str
    path: str
    query: list[tuple[str, str]]
    body: list[tuple[str, str]]
    file: tuple[str, tuple[str, bytes]] | None
    headers: dict[str, str] = field(default_factory=dict)
    as_json: bool = False

    def options(self) -> dict[str, Any]:
        """What the test client takes."""
        if self.method in {"GET", "HEAD"}:
            return {}
        if self.as_json:
            return {"data": json.dumps(dict(self.body)), "content_type": "application/json"}
        data: dict[str, Any] = {}
        for name, value in self.body:
            data.setdefault(name, []).append(value)
        if self.file:
            name, (called, content) = self.file
            data[name] = SimpleUploadedFile(called or "x", content)
        return {"data": data}


class Space:
    """All requests that can be made of these addresses and fields."""

    def __init__(
        self, addresses: list[Address], fields: Fields, things: dict[str, list[str]]
    ) -> None:
        assert get_script_prefix() == "/"
        # Half of all addresses are the administration's, which is closed to all but one.
        ours = [address for address in addresses if not address.name.startswith("admin:")]
        self.addresses = [*addresses, *ours, *ours]
        self.fields, self.things = fields, things
        self.names = sorted(fields.names)

    def requests(self) -> st.SearchStrategy[Asked]:
        return st.builds(
            self._asked,
            st.sampled_from(ASKING),
            st.sampled_from(METHODS),
            st.sampled_from(self.addresses),
            st.randoms(use_true_random=False),
            st.lists(_value(), min_size=12, max_size=12),
        )

    def _asked(
        self, role: str, method: str, address: Address, chance: Any, odd: list[str]
    ) -> Asked:
        known = self.fields.by_view.get(address.name, {})
        values = iter(odd)

        def value(name: str) -> str:
            shown = known.get(name)
            return chance.choice(shown) if shown and chance.random() < 0.6 else next(values, "")

        def pairs(most: int) -> list[tuple[str, str]]:
            named = sorted(known) if known and chance.random() < 0.8 else []
            others = chance.sample(self.names, min(most, chance.randrange(0, 4)))
            return [(name, value(name)) for name in [*named, *others]]

        file = None
        uploads = [name for name in known if "file" in name] or ["file"]
        if chance.random() < 0.25:
            file = (chance.choice(uploads), chance.choice(FILES))
        return Asked(
            role, method, self._path(address, chance), pairs(3), pairs(3), file,
            {"HX-Request": "true"} if chance.random() < 0.2 else {}, chance.random() < 0.05,
        )  # fmt: skip

    def _path(self, address: Address, chance: Any) -> str:
        """Most lead somewhere: to an open thing, to one that is kept back, or to none."""
        examples = {name: chance.choice(values) for name, values in self.things.items()}
        return address.path(examples)


def _value() -> st.SearchStrategy[str]:
    text = st.text(max_size=30).filter(_says_nothing_planted)
    return st.one_of(st.sampled_from(ODD), st.sampled_from(ODD), text)


def _says_nothing_planted(text: str) -> bool:
    """Or a page that repeats what was typed would seem to leak."""
    return YEAR not in text and not any(word.lower() in text.lower() for word in WORDS)
