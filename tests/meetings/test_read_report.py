"""`manage.py read_report`: the interface that scripts and checks rely on."""

import hashlib
import json

import pytest
from django.core.management import CommandError, call_command

from meetings.reader.text import canonical_text

TEXT = "The ministers met in Ufa.\n\nThey agreed to print the maps by 30 June 2020."


@pytest.fixture
def report(tmp_path):
    path = tmp_path / "report.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def printed(capsys, *arguments):
    call_command("read_report", *map(str, arguments))
    return capsys.readouterr().out


def test_it_prints_one_object(report, capsys):
    told = json.loads(printed(capsys, report, "--date", "2019-05-15", "--json"))
    assert set(told) == {"canonical_sha256", "language", "passages", "candidates"}
    assert told["canonical_sha256"] == hashlib.sha256(canonical_text(TEXT).encode()).hexdigest()
    assert told["language"] == "en"
    assert [TEXT[p["start"] : p["end"]] for p in told["passages"]] == TEXT.split("\n\n")
    (candidate,) = told["candidates"]
    assert {k: candidate[k] for k in ("title", "strength", "parties", "opens", "due", "basis")} == {
        "title": "Print the maps by 30 June 2020",
        "strength": "agreed",
        "parties": ["all"],
        "opens": None,
        "due": "2020-06-30",
        "basis": "stated",
    }
    assert candidate["spans"] == [[candidate["start"], candidate["end"]]]
    assert {"wording", "instruments", "confidence", "why"} <= set(candidate)


def test_it_prints_lines_for_a_person(report, capsys):
    told = printed(capsys, report, "--date", "2019-05-15")
    assert "commitment       They agreed to print the maps" in told
    assert "> Print the maps by 30 June 2020 [all; 2020-06-30;" in told


def test_another_body_is_named_by_its_members(tmp_path, capsys):
    path = tmp_path / "other.txt"
    path.write_text("Norway will host a forum for the two sides in May 2022.", "utf-8")
    told = json.loads(printed(capsys, path, "--date", "2022-01-10", "--members", "no,se", "--json"))
    assert told["candidates"][0]["parties"] == ["NO"]


@pytest.mark.django_db
def test_it_stores_nothing(report, capsys, django_assert_num_queries):
    with django_assert_num_queries(0):
        printed(capsys, report, "--date", "2019-05-15")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.txt"], "cannot be read"),
        (["{report}", "--members", "NO,XX"], "XX"),
        (["{report}", "--date", "yesterday"], "date"),
        (["{french}"], "English, Russian, Chinese"),
        (["{empty}"], ""),
        (["{binary}"], ""),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(report, tmp_path, arguments, said):
    files = {
        "french": "Les parties sont convenues de coopérer.".encode(),
        "empty": b"",
        "binary": bytes(range(256)) * 9,
    }
    for name, raw in files.items():
        (tmp_path / f"{name}.txt").write_bytes(raw)
    known = {name: str(tmp_path / f"{name}.txt") for name in files} | {"report": str(report)}
    with pytest.raises(CommandError) as error:
        call_command("read_report", *[a.format(**known) for a in arguments])
    assert said in str(error.value)
    assert len(str(error.value)) > 20
