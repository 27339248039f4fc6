"""What the names in a sheet stand for: parties, people, meetings. Each list is read once, when first asked for."""

from datetime import datetime
from functools import cached_property

from accounts.models import User
from commitments.models import Theme
from meetings.models import FocalPoint, Instrument, Meeting, Party


class Book:
    """The names for one person at one moment."""

    def __init__(self, user: User, now: datetime) -> None:
        self.user = user
        self.now = now

    @cached_property
    def parties(self) -> dict[str, Party]:
        return {party.code: party for party in Party.objects.in_order()}

    @cached_property
    def people(self) -> dict[str, User]:
        return {user.email: user for user in User.objects.order_by("pk")}

    @cached_property
    def meetings(self) -> dict[str, Meeting]:
        return {meeting.slug: meeting for meeting in Meeting.objects.newest_first()}

    @cached_property
    def themes(self) -> dict[str, Theme]:
        return {theme.slug: theme for theme in Theme.objects.order_by("name", "pk")}

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        return {row.slug: row for row in Instrument.objects.in_order()}

    @cached_property
    def answering(self) -> set[tuple[int, int]]:
        """Who may own a line of which party: whoever has a term for it, and its mailbox."""
        terms = set(FocalPoint.objects.order_by("pk").values_list("party_id", "user_id"))
        boxes = {(party.pk, party.mailbox_id) for party in self.parties.values()}
        return terms | {(party, user) for party, user in boxes if user}

    def may_own(self, user: User, party: Party) -> bool:
        return user.is_active and (party.pk, user.pk) in self.answering
