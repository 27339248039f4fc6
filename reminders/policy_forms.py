"""What people type about policies of reminders. The service decides whether it stands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from .choices import Duty, Rung
from .models import Policy


class DaysField(forms.CharField):
    """Numbers of days in one line: "30, 14, 7, 1, 0"."""

    default_error_messages = {
        "invalid": _("Write whole numbers with commas between them, such as 30, 14, 7.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=100, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(str(day) for day in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        words = str(value or "").replace(";", ",").replace("，", ",").replace("、", ",").split(",")
        try:
            return [int(word) for word in words if word.strip()]
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def run_validators(self, value: Any) -> None:
        """Its parts are numbers; how many and how large they may be, the service says."""


class PolicyForm(forms.Form):
    """Steps and ladder of one policy."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    before = DaysField(
        label=_("Days before the deadline"),
        help_text=_("With commas between them; 0 is the day itself. Example: 30, 14, 7, 1, 0"),
    )
    after = DaysField(label=_("Days after the deadline"), help_text=_("Example: 1, 3, 7, 14"))
    monthly = forms.BooleanField(
        label=_("After these, every 30 days until the escalation has ended"), required=False
    )
    deputy = forms.IntegerField(label=_("Deputy or mailbox"), required=False, min_value=1)
    officer = forms.IntegerField(label=_("Desk officer"), required=False, min_value=1)
    head = forms.IntegerField(label=_("Head of secretariat"), required=False, min_value=1)

    def __init__(self, data: Any = None, *, policy: Policy) -> None:
        super().__init__(data, initial=self.stored(policy))
        for rung in Rung:
            self.fields[rung.value].widget.attrs["class"] = "input--number"

    @staticmethod
    def stored(policy: Policy) -> dict[str, Any]:
        graces = {rung["rung"]: rung["after"] for rung in policy.ladder}
        return {
            "version": policy.version if policy.pk else 0,
            "before": policy.before,
            "after": policy.after,
            "monthly": policy.monthly,
            **{rung.value: graces.get(rung.value) for rung in Rung},
            "head_person": policy.head_id,
            "mandatory": policy.mandatory,
        }

    def values(self) -> dict[str, Any]:
        """What was typed, by the fields of a policy."""
        typed = self.cleaned_data
        graces = ((rung.value, typed[rung.value]) for rung in Rung)
        return {
            "before": sorted(typed["before"], reverse=True),
            "after": sorted(typed["after"]),
            "monthly": typed["monthly"],
            "ladder": [{"rung": rung, "after": after} for rung, after in graces if after],
        }


class SitePolicyForm(PolicyForm):
    """The policy of the whole site says more: who is at the top, and what nobody may turn off."""

    head_person = forms.ModelChoiceField(
        label=_("Who is the head of secretariat"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )
    mandatory = forms.MultipleChoiceField(
        label=_("Nobody may turn off reminders that are"),
        choices=Duty.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("People read this beside their choices and when they unsubscribe."),
    )

    def __init__(self, data: Any = None, *, policy: Policy) -> None:
        super().__init__(data, policy=policy)
        people: Any = self.fields["head_person"]
        named = User.objects.filter(pk=policy.head_id)
        people.queryset = (User.objects.secretariat() | named).order_by("name", "pk")

    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        own = {"head": typed["head_person"], "mandatory": list(typed["mandatory"])}
        return {**super().values(), **own}
