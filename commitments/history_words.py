"""What an event says, in words: what was done, to what, from what to what."""

import contextlib
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Event, User
from meetings.choices import Function
from ui.words import day_words

from .choices import LinkKind, Status
from .history_names import FIELDS, MODELS, Names, field_of

WHAT: dict[str, str | Promise] = {
    "commitment.registered": gettext_lazy("entered the commitment"),
    "commitment.edited": gettext_lazy("changed the commitment"),
    "commitment.withdrawn": gettext_lazy("withdrew the commitment"),
    "commitment.revived": gettext_lazy("brought the commitment back into force"),
    "commitment.replaced": gettext_lazy("replaced the commitment"),
    "commitment.linked": gettext_lazy("linked the commitment"),
    "commitment.quoted_anew": gettext_lazy("quoted the corrected report in the same words"),
    "commitment.flagged": gettext_lazy(
        "flagged the commitment: a corrected report changes its words"
    ),
    "commitment.rechecked": gettext_lazy("found that the corrected report still says it"),
    "commitment.kept": gettext_lazy("let it stand in the words of the earlier version"),
    "bulk.confirmed": gettext_lazy("changed many rows at once"),
    "bulk.undone": gettext_lazy("undid a change of many rows"),
    "sheet.applied": gettext_lazy("imported a sheet"),
    "line.added": gettext_lazy("added the line"),
    "line.edited": gettext_lazy("changed the line"),
    "line.reopened": gettext_lazy("reopened the line"),
    "status.changed": gettext_lazy("changed the status"),
    "deadline.set": gettext_lazy("set a deadline"),
    "deadline.moved": gettext_lazy("moved the deadline"),
    "report.submitted": gettext_lazy("sent a report"),
    "report.accepted": gettext_lazy("accepted the report"),
    "report.returned": gettext_lazy("returned the report"),
    "extension.asked": gettext_lazy("asked for more time"),
    "extension.granted": gettext_lazy("granted more time"),
    "extension.refused": gettext_lazy("refused more time"),
    "evidence.added": gettext_lazy("added evidence"),
    "evidence.removed": gettext_lazy("removed evidence"),
    "candidate.accepted": gettext_lazy("accepted the candidate"),
    "candidate.dismissed": gettext_lazy("dismissed the candidate"),
    "candidate.reopened": gettext_lazy("opened the candidate again"),
    "candidate.edited": gettext_lazy("changed the candidate"),
    "candidate.split": gettext_lazy("split the candidate"),
    "candidate.merged": gettext_lazy("merged the candidate with others"),
    "candidate.marked": gettext_lazy("marked other words as a candidate"),
    "candidate.registered": gettext_lazy("registered accepted candidates"),
    "passage.confirmed": gettext_lazy("confirmed the passage"),
    "passage.confirmed_many": gettext_lazy("confirmed passages without candidates"),
    "text.stored": gettext_lazy("stored the report"),
    "text.read": gettext_lazy("read the report"),
    "text.undone": gettext_lazy("took back what was done on the report"),
    "meeting.added": gettext_lazy("entered the meeting"),
    "meeting.changed": gettext_lazy("changed the meeting"),
    "meeting.moved": gettext_lazy("moved the meeting"),
    "instrument.added": gettext_lazy("entered the instrument"),
    "instrument.changed": gettext_lazy("changed the instrument"),
    "theme.added": gettext_lazy("entered the theme"),
    "theme.changed": gettext_lazy("changed the theme"),
    "party.added": gettext_lazy("entered the party"),
    "party.changed": gettext_lazy("changed the party"),
    "party.day_added": gettext_lazy("entered a holiday or working day"),
    "party.day_removed": gettext_lazy("removed a holiday or working day"),
    "party.handed_over": gettext_lazy("handed the party over"),
    "focal_point.appointed": gettext_lazy("appointed the focal point"),
    "focal_point.ended": gettext_lazy("changed the end of the term"),
    "person.added": gettext_lazy("added the person"),
    "person.changed": gettext_lazy("changed the person"),
    "person.invited": gettext_lazy("invited the person"),
    "person.password_changed": gettext_lazy("changed the password"),
    "person.password_reset": gettext_lazy("chose a new password by the link of a mail"),
    "session.begun": gettext_lazy("signed in"),
    "session.closed": gettext_lazy("signed out"),
    "session.ended": gettext_lazy("ended sessions"),
    "entrance.refused": gettext_lazy("was not let in: a wrong password, or a closed account"),
    "entrance.throttled": gettext_lazy("was not let try: too many tries"),
    "factor.set": gettext_lazy("set up a second factor"),
    "factor.removed": gettext_lazy("removed the second factor"),
    "factor.refused": gettext_lazy("was not let in: a wrong code"),
    "codes.made": gettext_lazy("made recovery codes"),
    "codes.used": gettext_lazy("used a recovery code"),
    "person.data_exported": gettext_lazy("took the data of the person away"),
    "person.anonymised": gettext_lazy("made the person unrecognisable"),
    "list.exported": gettext_lazy("exported a list"),
    "access.refused": gettext_lazy("was refused at an address"),
    "seal.exported": gettext_lazy("took the last seal of the log away"),
    "history.exported": gettext_lazy("exported the history"),
    "dossier.exported": gettext_lazy("exported the dossier"),
    "policy.changed": gettext_lazy("changed when reminders come"),
    "policy.removed": gettext_lazy("removed the policy of reminders"),
    "calendar.made": gettext_lazy("made an address for their calendar"),
    "calendar.ended": gettext_lazy("took back the address of their calendar"),
    "reminders.held": gettext_lazy("stopped the reminders"),
    "reminders.released": gettext_lazy("let the reminders go on"),
    "reminders.let_go": gettext_lazy("let many reminders at once go out"),
    "reminders.dropped": gettext_lazy("dropped many reminders at once"),
    "reminders.muted": gettext_lazy("kept a line quiet"),
    "reminders.unmuted": gettext_lazy("wanted to hear of a line again"),
    "reminders.sent_now": gettext_lazy("sent a reminder by hand"),
    "reminders.tested": gettext_lazy("sent a test mail"),
    "absence.entered": gettext_lazy("entered days away"),
    "absence.removed": gettext_lazy("removed days away"),
    "address.stopped": gettext_lazy("stopped mail to the address"),
    "address.lifted": gettext_lazy("let mail go to the address again"),
}
# What happens to commitments and lines; all else is the secretariat's.
OF_THE_REGISTER = ("commitment.", "line.", "status.", "deadline.", "report.", "extension.",
                   "evidence.")  # fmt: skip
# Who came in when, and from where: for administrators.
OF_ENTRANCES = ("session.", "entrance.", "factor.", "codes.", "person.password_")
# Keys of events that are no words for people.
_UNTOLD = frozenset(
    {"version", "report", "extension", "evidence", "sha256", "party", "lead", "contributing"}
)


def change_words(event: Event, names: Names) -> str:
    """From what to what, in one line; empty where the deed says it all."""
    told = _TOLD.get(event.action) or _TOLD.get(event.action.split(".")[0])
    return told(event, names) if told else _fields(event, names)


# One way of telling for each kind of event ----------------------------------------------------------


def _fields(event: Event, names: Names) -> str:
    """Each field that differs: "title: old → new"."""
    model = MODELS.get(event.object_type)
    keys = {**event.before, **event.after}.keys() - _UNTOLD
    in_order = sorted(keys, key=lambda key: _place(model, key))
    return "; ".join(_field(model, key, event, names) for key in in_order)


def _place(model: type[models.Model] | None, key: str) -> tuple[int, str]:
    """Fields in the order of their forms: PostgreSQL keeps the keys of an event in an order of its own."""
    fields = [field.name for field in model._meta.get_fields()] if model else []
    name = FIELDS.get(key, key)
    return (fields.index(name) if name in fields else len(fields), key)


def _field(model: type[models.Model] | None, key: str, event: Event, names: Names) -> str:
    field = field_of(model, key)
    label = getattr(field, "verbose_name", key)
    now = _value(field, event.after.get(key), names)
    was = _value(field, event.before.get(key), names) if key in event.before else now
    return f"{label}: {_arrow(was, now)}"


def _status_move(event: Event, names: Names) -> str:
    now = event.after.get("status", "")
    return _arrow(_status(event.before.get("status", now)), _status(now))


def _day_move(event: Event, names: Names) -> str:
    if event.action in {"extension.granted", "extension.refused"}:
        return _due(event.after)
    return f"{_due(event.before)} → {_due(event.after)}"


def _claim(event: Event, names: Names) -> str:
    return f"{_status(event.after.get('claim', ''))}: {event.after.get('text', '')}"


def _evidence(event: Event, names: Names) -> str:
    return str({**event.before, **event.after}.get("name", ""))


def _link(event: Event, names: Names) -> str:
    now = event.after.get("kind", "")
    was, now = (_kind(kind) for kind in (event.before.get("kind", now), now))
    later, earlier = (names.reference(event.after.get(end, "")) for end in ("later", "earlier"))
    return f"{later}: {_arrow(was, now)} {earlier}"


def _handover(event: Event, names: Names) -> str:
    leaving, arriving = (
        str(names.row(User, event.after.get(end)) or _("none")) for end in ("from", "to")
    )
    return f"{_arrow(leaving, arriving)}, {_day(event.after.get('on'))}"


def _title(event: Event, names: Names) -> str:
    return str(event.after.get("title", ""))


def _candidate(event: Event, names: Names) -> str:
    words = {"n": event.after.get("number", ""), "title": event.after.get("title", "")}
    if not words["title"]:
        return _("passage %(n)s") % words
    return _("passage %(n)s: %(title)s") % words


def _registered(event: Event, names: Names) -> str:
    return ", ".join(map(str, event.after.get("references", ())))


def _passage(event: Event, names: Names) -> str:
    function = event.after.get("function", "")
    known = Function(function).label if function in Function.values else function
    return f"{event.after.get('number', '')}: {known}".strip(": ")


def _reading(event: Event, names: Names) -> str:
    passages, candidates = (
        event.after.get(f"{what}_count", 0) for what in ("passage", "candidate")
    )
    return ", ".join(
        [
            ngettext("%(n)d passage", "%(n)d passages", passages) % {"n": passages},
            ngettext("%(n)d candidate", "%(n)d candidates", candidates) % {"n": candidates},
        ]
    )


def _bulk(event: Event, names: Names) -> str:
    rows = event.after.get("rows", 0)
    return ngettext("%(n)d row", "%(n)d rows", rows) % {"n": rows}


def _sheet(event: Event, names: Names) -> str:
    changed, new = (event.after.get(name, 0) for name in ("rows", "new"))
    return ", ".join(
        [
            ngettext("%(n)d row changed", "%(n)d rows changed", changed) % {"n": changed},
            ngettext("%(n)d new row", "%(n)d new rows", new) % {"n": new},
        ]
    )


def _entrance(event: Event, names: Names) -> str:
    told = []
    if tries := event.after.get("tries"):
        told.append(ngettext("%(n)d try", "%(n)d tries", tries) % {"n": tries})
    if count := event.after.get("sessions"):
        told.append(ngettext("%(n)d session", "%(n)d sessions", count) % {"n": count})
    if address := event.after.get("address"):
        told.append(_("from %(address)s") % {"address": address})
    return ", ".join(told)


def _nothing(event: Event, names: Names) -> str:
    return ""


_TOLD: dict[str, Callable[[Event, Names], str]] = {
    "status": _status_move,
    "line.reopened": _status_move,
    "report.accepted": _status_move,
    "report.submitted": _claim,
    "report.returned": _nothing,
    "deadline": _day_move,
    "extension": _day_move,
    "evidence": _evidence,
    "commitment.linked": _link,
    "party.handed_over": _handover,
    "commitment.registered": _title,
    "bulk": _bulk,
    "candidate": _candidate,
    "candidate.registered": _registered,
    "passage": _passage,
    "sheet.applied": _sheet,
    "session": _entrance,
    "entrance": _entrance,
    "factor": _entrance,
    "codes": _entrance,
    "text.read": _reading,
    "text.undone": _nothing,
}


# Values --------------------------------------------------------------------------------------------


def _value(field: Any, value: Any, names: Names) -> str:
    """A value as the pages write it. What cannot be understood is shown as it stands."""
    if value in (None, "", []):
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(names.instrument(str(item)) for item in value)
    if choices := getattr(field, "flatchoices", None):
        return str(dict(choices).get(value, value))
    if row := names.row(getattr(field, "related_model", None), value):
        return str(row)
    if isinstance(field, models.DateField):
        return _day(value)
    return str(value)


def _arrow(was: str, now: str) -> str:
    return now if was == now else f"{was} → {now}"


def _due(told: dict[str, Any]) -> str:
    return _day(told["due"]) if told.get("due") else _("No date set")


def _day(value: Any) -> str:
    with contextlib.suppress(TypeError, ValueError):
        return day_words(date.fromisoformat(value))
    return str(value)


def _kind(value: str) -> str:
    return str(LinkKind(value).label) if value in LinkKind.values else str(value)


def _status(value: str) -> str:
    return str(Status(value).label) if value in Status.values else str(value)
