"""Questions about parties, meetings and reports. Every order ends in the key, so that pages never repeat a row."""

import re
from datetime import date
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, F, OuterRef, Prefetch, Q

from accounts.models import User
from ui.prepared import Code, Given

from .choices import PartyKind, Sensitivity

if TYPE_CHECKING:
    from .models import FocalPoint, Instrument, Meeting, Party, Passage, Report


# Levels that all members read. Few rows have another, which indexes are for.
OPEN_TO_MEMBERS = [Code(Sensitivity.PUBLIC), Code(Sensitivity.MEMBERS)]


def readable(user: User, today: date, prefix: str = "") -> Q:
    """What a person may read of rows with `sensitivity` and `restricted_to` fields (behind `prefix`).

    Officers and administrators read all. Others read what is public or for members, and what is for
    one party while they are a focal point of it.
    """
    if user.is_secretariat:
        return Q()
    open_to_members = Q(**{f"{prefix}sensitivity__in": OPEN_TO_MEMBERS})
    own = Q(
        **{
            f"{prefix}sensitivity": Sensitivity.PARTY,
            f"{prefix}restricted_to__in": answered_for(user, today),
        }
    )
    return open_to_members | own


def hidden(user: User, today: date) -> Q:
    """What `readable` leaves out, said so that a database finds it by the index of the few."""
    if user.is_secretariat:
        return Q(pk__in=[])
    return ~Q(sensitivity__in=OPEN_TO_MEMBERS) & ~readable(user, today)


def parties_of(user: User, today: date) -> "PartyQuerySet":
    """The parties that a person answers for today."""
    from .models import Party

    return Party.objects.filter(pk__in=answered_for(user, today))


def answered_for(user: User | Given, today: date | Given) -> Any:
    """Their keys, to compare with in other questions: one question less inside the question."""
    from .models import FocalPoint

    return FocalPoint.objects.active(today).filter(user=user).values("party")


def has_words(words: str, fields: tuple[str, ...]) -> Q:
    """Every word must occur in one of the fields.

    By regular expression, since SQLite's LIKE ignores case for ASCII letters only.
    """
    found = Q()
    for word in words.split():
        matches = (Q(**{f"{field}__iregex": re.escape(word)}) for field in fields)
        found &= reduce(or_, matches)
    return found


def people_with_terms(today: date) -> Any:
    """Everybody who can sign in, by name; the terms that hold today stand in `answering`."""
    from .models import FocalPoint

    terms = FocalPoint.objects.running(today).order_by("party__name", "is_deputy", "pk")
    held = Prefetch("terms", terms.select_related("party"), to_attr="answering")
    return User.objects.people().prefetch_related(held).order_by("name", "pk")


class PartyQuerySet(models.QuerySet["Party"]):
    def members(self, day: date) -> "PartyQuerySet":
        """Member states on a day."""
        return self.filter(Q(left=None) | Q(left__gt=day), kind=PartyKind.MEMBER, joined__lte=day)

    def noting_own(self, user: User | Given, today: date | Given) -> "PartyQuerySet":
        """Annotate `is_own`: whether the person answers for it today."""
        found: PartyQuerySet = self.annotate(is_own=Q(pk__in=answered_for(user, today)))
        return found

    def in_order(self) -> "PartyQuerySet":
        """States first, organs after them, each by name."""
        return self.order_by("kind", "name", "pk")

    def search(self, words: str) -> "PartyQuerySet":
        """Every word must occur in the name or the code."""
        return self.filter(has_words(words, ("name", "code")))

    def for_list(self, today: date) -> "PartyQuerySet":
        """Everything one row of the list of parties reads; who answers today stands in `answering`."""
        from .models import FocalPoint

        terms = FocalPoint.objects.active(today).first_answers_first().select_related("user")
        return self.select_related("mailbox").prefetch_related(
            Prefetch("focal_points", terms, to_attr="answering")
        )

    def without_focal_point(self, today: date) -> "PartyQuerySet":
        """Parties for which nobody answers today: no focal point and no deputy who is active.

        Those that have left are not missed, nor are observers that owe nothing. `has_mailbox` says
        whether mail about the party finds a mailbox at least.
        """
        from .models import FocalPoint, Party

        answering = FocalPoint.objects.active(today).filter(party=OuterRef("pk"))
        owing = Party.objects.filter(pk=OuterRef("pk"), obligations__isnull=False)
        found: PartyQuerySet = (
            self.filter(Q(left=None) | Q(left__gt=today))
            .filter(~Q(kind=PartyKind.OBSERVER) | Exists(owing))
            .exclude(Exists(answering))
            .annotate(has_mailbox=Q(mailbox__isnull=False, mailbox__is_active=True))
        )
        return found


class FocalPointQuerySet(models.QuerySet["FocalPoint"]):
    def active(self, today: date | Given) -> "FocalPointQuerySet":
        """Terms that have begun and not ended, of people who are active."""
        return self.running(today).filter(user__is_active=True)

    def running(self, day: date | Given) -> "FocalPointQuerySet":
        """Terms that hold on a day, whatever has become of the person."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)

    def first_answers_first(self) -> "FocalPointQuerySet":
        """Focal points before their deputies, the longest in office first."""
        return self.order_by("is_deputy", "starts_on", "pk")

    def newest_first(self) -> "FocalPointQuerySet":
        return self.order_by("-starts_on", "is_deputy", "pk")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def latest_first(self) -> "MeetingQuerySet":
        """Of all series together, the last that was held first; what has no day yet at the end."""
        return self.order_by(F("starts_on").desc(nulls_last=True), "pk")

    def newest_first(self) -> "MeetingQuerySet":
        return self.order_by("series", "-number", "pk")

    def search(self, words: str) -> "MeetingQuerySet":
        """Every word must occur in the title, the series or the place."""
        return self.filter(has_words(words, ("title", "series", "place")))

    def earlier_in_series(self, meeting: "Meeting") -> "MeetingQuerySet":
        """The meetings before one of the same series, the last of them first."""
        found = self.filter(series=meeting.series, number__lt=meeting.number)
        return found.order_by("-number", "pk")

    def coming(self, today: date) -> "MeetingQuerySet":
        """Meetings that follow another and are not over: the next one first, those without a day last."""
        ahead = self.filter(
            Q(starts_on=None) | Q(ends_on__gte=today), previous_meeting__isnull=False
        )
        return ahead.order_by(F("starts_on").asc(nulls_last=True), "series", "number", "pk")

    def without_predecessor(self, *, but: "Meeting | None" = None) -> "MeetingQuerySet":
        """Meetings that can come next: those that do not come after one yet. `but` comes next to none."""
        if but is None:
            return self.filter(previous_meeting=None)
        return self.filter(Q(previous_meeting=None) | Q(previous_meeting=but)).exclude(pk=but.pk)

    def for_list(self) -> "MeetingQuerySet":
        """Everything one row of the list of meetings reads."""
        return self.select_related("chair")


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User, today: date) -> "ReportQuerySet":
        return self.filter(readable(user, today))

    def current(self) -> "ReportQuerySet":
        """The highest version of each meeting and language stands for the report."""
        from .models import Report

        newer = Report.objects.filter(
            meeting=models.OuterRef("meeting"),
            language=models.OuterRef("language"),
            version__gt=models.OuterRef("version"),
        )
        return self.exclude(models.Exists(newer))

    def unread(self) -> "ReportQuerySet":
        """Those of which only the text is stored."""
        return self.filter(read_at=None)

    def versions_of(self, report: "Report") -> "ReportQuerySet":
        """Every version of the same text: of one meeting, in one language."""
        return self.filter(meeting=report.meeting_id, language=report.language)

    def earliest_first(self) -> "ReportQuerySet":
        """A version before those that correct it."""
        return self.order_by("meeting", "language", "version", "pk")


class PassageQuerySet(models.QuerySet["Passage"]):
    def in_text_order(self) -> "PassageQuerySet":
        return self.order_by("report", "number", "pk")

    def confirmed(self) -> "PassageQuerySet":
        """Those of which a person has said what they do."""
        return self.filter(confirmed_at__isnull=False)

    def unconfirmed(self) -> "PassageQuerySet":
        return self.filter(confirmed_at=None)


class InstrumentQuerySet(models.QuerySet["Instrument"]):
    def in_order(self) -> "InstrumentQuerySet":
        return self.order_by("name", "pk")

    def search(self, words: str) -> "InstrumentQuerySet":
        """Every word must occur in the name or the place of adoption."""
        return self.filter(has_words(words, ("name", "place")))
