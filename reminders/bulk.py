"""The policy of reminders of many commitments at once (commitments/bulk)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commitments.bulk.forms import BulkForm
from commitments.bulk.kinds import By, Commitments, Held, Kind, Value
from commitments.models import Commitment

from . import policies
from .models import Policy
from .policy_forms import PolicyForm
from .policy_words import described

OWN = "own"
FIELDS = ("before", "after", "monthly", "ladder")


class BulkPolicyForm(BulkForm, PolicyForm):
    """A policy of their own for all of them, or none: then that of the meeting or the site holds."""

    which = forms.ChoiceField(
        label=gettext_lazy("These commitments get"),
        choices=[
            (OWN, gettext_lazy("A policy of their own")),
            ("", gettext_lazy("That of the meeting or of the whole site")),
        ],
        required=False,
        initial=OWN,
        widget=forms.RadioSelect,
    )
    field_order = ("which", "before", "after", "monthly", "deputy", "officer", "head", "note")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, policy=Policy())
        del self.fields["version"]

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("which") and not self.errors:
            try:
                policies.check(self.values())
            except ValidationError as error:
                self.add_error(None, list(error.messages))
        return {**typed, "policy": self.values() if not self.errors else None}


class PolicyOfCommitments(Kind):
    """Its value is the policy itself, by its fields; none where the commitment has none of its own."""

    key = "reminders"
    of = Commitments
    label = gettext_lazy("Reminders")

    def stored(self, typed: Mapping[str, Any]) -> Value:
        return {"policy": typed["policy"] if typed["which"] else None}

    def held(self, rows: Sequence[Any], values: Value) -> dict[int, Held]:
        """The version is that of the policy: 0 where there is none."""
        found = {row.commitment_id: row for row in Policy.objects.filter(commitment__in=rows)}
        return {row.pk: _held(found.get(row.pk)) for row in rows}

    def word(self, value: Value) -> str:
        said = value["policy"]
        return described(Policy(**said)) if said else _("No policy of its own")

    def titles(self, values: Sequence[Value]) -> list[str]:
        own, none = _("a policy of their own"), _("no policy of their own")
        return [own if value["policy"] else none for value in values]

    def change(self, row: Commitment, seen: int, values: Value, by: By) -> None:
        own = Policy.objects.filter(commitment=row).first()
        wanted = values["policy"]
        if wanted:
            policy = own or Policy(commitment=row)
            policies.save(policy=policy, seen=seen, values=wanted, why=by.note, **by.kept())
        elif own:
            policies.remove(policy=own, seen=seen, why=by.note, **by.kept())


def _held(policy: Policy | None) -> Held:
    if policy is None:
        return Held(0, {"policy": None})
    return Held(policy.version, {"policy": {name: getattr(policy, name) for name in FIELDS}})
