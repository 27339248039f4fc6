"""What people type to change many rows. The kinds say how it is kept (kinds.py)."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from commitments.choices import Purpose, Status
from commitments.forms import DayField, NoteField, StatusField
from commitments.models import Theme
from meetings.models import Party


class BulkForm(forms.Form):
    """The one reason for all rows stands last; each kind asks for its values above it."""

    note = NoteField(
        label=_("Reason"), help_text=_("One for all rows: it stands in the history of each.")
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.order_fields([name for name in self.fields if name != "note"])


class StatusForm(BulkForm):
    status = StatusField(
        label=_("New status"),
        choices=[choice for choice in Status.choices if choice[0] != Status.DONE],
        help_text=_("“Done” needs a report with evidence, line by line."),
    )


class OwnerForm(BulkForm):
    owner = forms.ModelChoiceField(
        label=_("Owner"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("The party's focal point"),
        help_text=_("Lines of parties that this person does not answer for stay as they are."),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        answering = Q(terms__isnull=False) | Q(pk__in=Party.objects.values("mailbox"))
        people = User.objects.filter(answering, is_active=True).distinct().order_by("name", "pk")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class ThemeForm(BulkForm):
    theme = forms.ModelChoiceField(
        label=_("Theme"),
        queryset=Theme.objects.order_by("name", "pk"),
        required=False,
        empty_label=_("No theme"),
    )


class DeadlineForm(BulkForm):
    purpose = forms.ChoiceField(
        label=_("Which deadline"), choices=Purpose.choices, initial=Purpose.FINAL
    )
    due = DayField(
        label=_("Due on"),
        help_text=_("Each line gets a deadline of its own; the earlier one stays on its page."),
    )


class DeadlineOfAllForm(DeadlineForm):
    due = DayField(label=_("Due on"), help_text=_("For every line without a deadline of its own."))
