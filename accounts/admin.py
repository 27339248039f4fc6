"""People in the administration. Every save goes through the services, so that it leaves its event."""

from typing import Any

import allauth.account.admin
import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  likewise
import django.contrib.auth.admin  # noqa: F401  likewise
from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .choices import Via, Weekday
from .models import Event, User
from .requests import person
from .second_factor import take_away
from .services import change_person, invite, save_new_person

# Rights come from the role and an address is changed with its person: a second door to either would
# write without its event, and show secrets of second factors.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


class SaidInWords(admin.ModelAdmin):
    """What a service refuses after the form was checked is said on the form, which is shown anew."""

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing from the address: Django would look for a row by any words that stand there."""
        return {}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except ValidationError as error:
            for said in error.messages:
                messages.error(request, said)
            return redirect(request.get_full_path())


class PersonForm(forms.ModelForm):
    delivery_days = forms.TypedMultipleChoiceField(
        label=_("Days of mail"),
        coerce=int,
        choices=Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=list(Weekday.values),
    )

    class Meta:
        model = User
        fields = (
            "name",
            "email",
            "role",
            "is_mailbox",
            "is_active",
            "language",
            "time_zone",
            "delivery_hour",
            "delivery_days",
        )


@admin.register(User)
class UserAdmin(SaidInWords):
    """People and mailboxes. Saving a new person sends the invitation; nobody is ever deleted."""

    form = PersonForm
    list_display = ("name", "email", "role", "is_mailbox", "is_active")
    list_filter = ("role", "is_mailbox", "is_active")
    search_fields = ("name", "email")
    ordering = ("name", "pk")
    actions = ("send_invitation", "take_second_factor_away")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        now = timezone.now()
        if change:
            values = {name: form.cleaned_data[name] for name in form.changed_data}
            if "email" in values:  # whoever has the address can get in (ASVS 5.0, 7.5.1)
                raise_if_reauthentication_required(request, app="allauth.account")
            stored = User.objects.get(pk=obj.pk)
            change_person(user=stored, values=values, actor=person(request), now=now, via=Via.ADMIN)
            return
        save_new_person(user=obj, actor=person(request), now=now, via=Via.ADMIN)
        if not obj.is_mailbox and obj.is_active:
            invite(user=obj, actor=person(request), now=now, via=Via.ADMIN)
            messages.info(
                request, _("An invitation is on its way to %(email)s.") % {"email": obj.email}
            )

    @admin.action(description=_("Send an invitation"))
    def send_invitation(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        sent = 0
        for user in queryset:
            try:
                invite(user=user, actor=person(request), now=timezone.now(), via=Via.ADMIN)
                sent += 1
            except ValidationError as error:
                messages.error(request, error.messages[0])
        words = ngettext(
            "%(n)d invitation is on its way.", "%(n)d invitations are on their way.", sent
        )
        messages.info(request, words % {"n": sent})

    @admin.action(description=_("Take the second factor away"))
    def take_second_factor_away(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """For whoever lost the phone and the codes: the next sign-in asks for the password alone."""
        raise_if_reauthentication_required(request, app="allauth.mfa")
        actor, now = person(request), timezone.now()
        taken = sum(take_away(user=user, actor=actor, now=now, via=Via.ADMIN) for user in queryset)
        words = ngettext(
            "%(n)d second factor was removed.", "%(n)d second factors were removed.", taken
        )
        messages.info(request, words % {"n": taken})

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Event)
class EventAdmin(admin.ModelAdmin):
    """The log, to read."""

    list_display = ("at", "actor", "via", "action", "object_type", "object_id")
    list_filter = ("via", "action")
    list_select_related = ("actor",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
