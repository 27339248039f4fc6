"""The list of people. They are entered and changed in the administration."""

from typing import Any

from django.utils.translation import gettext_lazy, ngettext_lazy

from accounts.asking import today_of
from ui.lists import ListPage

from .filters import PeopleFilter
from .querysets import people_with_terms
from .tables import PeopleTable


class PeopleList(ListPage):
    """Everybody who can sign in, and for whom they answer today."""

    filterset_class = PeopleFilter
    table_class = PeopleTable
    template_name = "meetings/people.html"

    heading = gettext_lazy("People")
    export_name = "people"
    counted = ngettext_lazy("%(n)s person", "%(n)s people", "n")
    none_yet = gettext_lazy("Nobody yet")
    none_yet_hint = gettext_lazy("Administrators enter people in the administration.")
    none_match = gettext_lazy("Nobody matches these filters")

    def get_queryset(self) -> Any:
        request = self.request
        return people_with_terms(today_of(request.user, request.now))
