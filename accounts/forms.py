"""What people say about themselves."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from .choices import EARLIEST_HOUR, LATEST_HOUR, Theme, Weekday
from .models import User, zones

FIELDS = ("name", "language", "time_zone", "delivery_hour", "delivery_days", "theme")


def _zones() -> list[tuple[str, str]]:
    """Time zones of places, by name; the technical ones ("Etc/GMT+5") are left out."""
    areas = (
        "Africa/",
        "America/",
        "Antarctica/",
        "Arctic/",
        "Asia/",
        "Atlantic/",
        "Australia/",
        "Europe/",
        "Indian/",
        "Pacific/",
    )
    names = sorted(name for name in zones() if name.startswith(areas))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


def _languages() -> list[tuple[str, Any]]:
    return list(settings.LANGUAGES)


class PreferencesForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=150)
    language = forms.ChoiceField(label=_("Language"), choices=_languages)
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=_zones,
        error_messages={
            "invalid_choice": _("Choose a time zone of the list, such as Asia/Bishkek.")
        },
    )
    delivery_hour = forms.TypedChoiceField(
        label=_("Hour of your mail"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(EARLIEST_HOUR, LATEST_HOUR + 1)],
        error_messages={"invalid_choice": _("Choose an hour from 6 to 20.")},
    )
    delivery_days = forms.TypedMultipleChoiceField(
        label=_("Days of your mail"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day.")},
    )
    theme = forms.ChoiceField(
        label=_("Colours"), choices=Theme.choices, required=False, widget=forms.RadioSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, user: User, data: Any = None) -> "PreferencesForm":
        """The form as it stands for a person. A zone that the list leaves out is offered all the same."""
        initial = {name: getattr(user, name) for name in FIELDS}
        form = cls(data, initial={**initial, "version": user.version})
        zones = form.fields["time_zone"]
        if user.time_zone not in dict(_zones()):
            zones.choices = [(user.time_zone, user.time_zone), *_zones()]  # type: ignore[attr-defined]
        return form

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS}
