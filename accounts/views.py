"""A person's own pages."""

from contextlib import suppress

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ui.saving import say_what_to_do

from .access import Access, access
from .choices import Via
from .forms import PreferencesForm
from .requests import Request
from .services import change_person


@require_http_methods(["GET", "POST"])
@access(Access.SIGNED_IN)
def preferences(request: Request) -> HttpResponse:
    """Language, time zone, colours, and when mail comes."""
    form = PreferencesForm.of(request.user, request.POST or None)
    say_what_to_do(form)
    if form.is_valid():
        try:
            user = change_person(
                user=request.user,
                values=form.values(),
                seen=form.cleaned_data["version"],
                actor=request.user,
                now=request.now,
                via=Via.PAGE,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            with translation.override(user.language):
                messages.success(request, _("Preferences saved. They hold from your next mail on."))
            return redirect("accounts:preferences")
    return render(request, "accounts/preferences.html", {"form": form})


@require_POST
@access(Access.PUBLIC)
def set_language(request: Request) -> HttpResponse:
    """Change the language of the pages: kept with the person, or in a cookie before signing in."""
    language = request.POST.get("language", "")
    target = request.POST.get("next", "")
    secure = request.is_secure()
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=secure)
    # A path of this site: `redirect` would take other words for the name of a view.
    response = HttpResponseRedirect(target if is_ours and target.startswith("/") else "/")
    if language not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        # Whoever saves something else of theirs at this very moment presses the button again.
        with suppress(ValidationError):
            change_person(
                user=request.user,
                values={"language": language},
                actor=request.user,
                now=request.now,
                via=Via.PAGE,
            )
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax", secure=secure, httponly=True
    )
    return response
