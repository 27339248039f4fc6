"""What the tests of the history share: deeds that it tells of, and how somebody reads it there."""

import json
import re
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.choices import Via
from accounts.models import Event
from commitments import evidence, history, progress, services
from commitments.choices import Claim, Status
from tests.factories import NOW, make_obligation, make_officer, make_party


def by(person, minutes: int = 0) -> dict:
    return {"actor": person, "now": NOW + timedelta(minutes=minutes), "via": Via.PAGE}


def change_status(line, status=Status.IN_PROGRESS, note="Work has begun.", actor=None, minutes=0):
    line.refresh_from_db()
    return services.change_status(
        obligation=line, seen=line.version, status=status, note=note,
        **by(actor or make_officer(), minutes),
    )  # fmt: skip


def browser(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person, query: str = "") -> str:
    response = browser(person).get(f"/history/{query}")
    assert response.status_code == 200
    return response.content.decode()


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def exported(person, kind: str, query: str = "") -> str:
    response = browser(person).get(f"/history/?format={kind}{query}")
    ending = "csv" if kind == "excel" else kind
    assert response.headers["Content-Disposition"].endswith(f'.{ending}"')
    return b"".join(response.streaming_content).decode()


def rows(person, query: str = "") -> list[dict]:
    return json.loads(exported(person, "json", query))


def actions(person, query: str = "") -> list[str]:
    return [row["action"] for row in rows(person, query)]


def told_of(line_or_commitment) -> history.Entry:
    """The newest entry about something, in words."""
    events = Event.objects.filter(object_id=line_or_commitment.pk).filter(
        object_type=line_or_commitment._meta.model_name
    )
    return history.told(events.order_by("-pk")[:1], user=make_officer(), now=NOW)[0]


def draft_with_file(author, name: str, sensitivity: str):
    line = make_obligation(make_party("KZ"))
    report = progress.save_draft(
        obligation=line, author=author, claimed=Claim.PARTLY_DONE, text="Half is done.", now=NOW
    )
    evidence.add_file(
        report=report, upload=SimpleUploadedFile(name, b"words"), sensitivity=sensitivity, **by(author)
    )  # fmt: skip
    return report
