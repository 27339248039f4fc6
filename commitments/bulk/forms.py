"""What people type to change many rows. The kinds say how it is kept (kinds.py)."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commitments.choices import Status
from commitments.forms import NoteField, StatusField


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
