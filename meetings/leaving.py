"""What somebody answers for by the calendar of terms: it is handed over before they are forgotten."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.asking import today_of
from accounts.forgetting import Held
from accounts.models import User

from .models import FocalPoint, Party


def held(user: User, now: datetime) -> list[Held]:
    """Terms that have not ended, and parties whose mailbox this is."""
    today = today_of(user, now)
    open_terms = FocalPoint.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today), user=user)
    terms = open_terms.select_related("party").order_by("party__name", "pk")
    mailboxes = Party.objects.filter(mailbox=user).order_by("name", "pk")
    return [
        *(
            Held(_("Focal point of %(party)s") % {"party": term.party}, _url(term.party))
            for term in terms
        ),
        *(Held(_("Mailbox of %(party)s") % {"party": party}, _url(party)) for party in mailboxes),
    ]


def own_terms(user: User, now: datetime) -> Any:
    """The rows that a person sees whole in their own data."""
    return FocalPoint.objects.filter(user=user)


def _url(party: Party) -> str:
    return party.get_absolute_url()
