"""The page of shortcuts says what the keys do, and no key is left out."""

import re
from pathlib import Path

import pytest

from sco_tracker.shortcuts import GROUPS
from tests.factories import make_administrator

ROOT = Path(__file__).parent.parent.parent
LISTED = {key.keys for _, keys in GROUPS for key in keys}


@pytest.mark.django_db
def test_every_key_of_a_page_is_listed_and_every_way_to_a_page_has_its_link(client):
    client.force_login(make_administrator())
    page = client.get("/shortcuts/").content.decode()
    linked = set(re.findall(r'data-hotkey="([^"]+)"', page))
    assert linked == {keys for keys in LISTED if keys.startswith("g ")} | {"?"}


def test_every_key_of_the_script_is_listed():
    script = (ROOT / "static/js/keys.js").read_text()
    acts = script.partition("const ACTS = {")[2].partition("};")[0]
    keys = re.findall(r'^    "?(.)"?: ', acts, re.MULTILINE)
    assert len(keys) >= 7
    assert set(keys) <= LISTED
