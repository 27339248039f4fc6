"""The shell of every page, and the pages that stand without it."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.cookie import CookieStorage
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory
from django.utils import translation

TEMPLATES = Path(settings.BASE_DIR) / "templates"
HTML = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))


class Person:
    """Anybody who is signed in."""

    is_authenticated = is_active = True
    name, initials, email = "Aigerim Kazakh", "AK", "a@example.org"
    theme = ""
    is_administrator = False


def page(user: object, template: str = "base.html", **context: object) -> str:
    request = RequestFactory().get("/somewhere/?a=1")
    request.user = user
    request._messages = CookieStorage(request)
    for level in (messages.SUCCESS, messages.ERROR):
        messages.add_message(request, level, f"message {level}")
    return render_to_string(template, context, request)


@pytest.mark.django_db
def test_a_stranger_gets_a_page_with_a_way_in_and_no_register():
    html = page(AnonymousUser())
    assert "Sign in" in html
    assert "Sign out" not in html
    assert "Meetings" not in html


@pytest.mark.django_db
def test_a_person_gets_the_register_a_way_out_and_the_time_zone():
    html = page(Person())
    assert "Sign out" in html
    assert "Times in UTC" in html
    assert "Administration" not in html


@pytest.mark.django_db
def test_only_administrators_are_led_to_the_administration():
    administrator = Person()
    administrator.is_administrator = True
    assert "Administration" in page(administrator)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("theme", "said"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')]
)
def test_the_theme_of_a_person_is_on_the_page(theme, said):
    person = Person()
    person.theme = theme
    assert said in page(person)


@pytest.mark.django_db
@pytest.mark.parametrize("theme", ["", '"><script>'])
def test_any_other_theme_is_left_to_the_system(theme):
    person = Person()
    person.theme = theme
    assert "data-theme" not in page(person)


@pytest.mark.django_db
def test_the_language_of_the_page_is_declared_and_switched_by_post():
    with translation.override("ru"):
        html = page(AnonymousUser())
    assert '<html lang="ru">' in html
    assert re.search(r'value="ru"[^>]+aria-current="true"', html)
    assert '<input type="hidden" name="next" value="/somewhere/?a=1">' in html


@pytest.mark.django_db
def test_failures_are_alerts_and_the_rest_is_a_status():
    html = page(Person())
    assert re.search(r'notice--late[^>]+role="alert"', html)
    assert re.search(r'notice--done[^>]+role="status"', html)


@pytest.mark.django_db
def test_sample_data_is_told_on_every_page():
    assert "Sample data" in page(Person(), sample_data=True)
    assert "Sample data" not in page(Person(), sample_data=False)


@pytest.mark.django_db
@pytest.mark.parametrize("template", ["403.html", "404.html", "403_csrf.html"])
@pytest.mark.parametrize("user", [AnonymousUser(), Person()])
def test_error_pages_wear_the_shell_for_everybody(template, user):
    html = page(user, template)
    assert html.count("<h1>") == 1
    assert 'id="main"' in html


def test_the_page_of_last_resort_needs_nothing():
    html = get_template("500.html").render()
    assert html.count("<h1>") == 1
    assert "tracker.css" in html


@pytest.mark.parametrize("template", HTML)
def test_no_page_has_an_inline_style_or_script(template):
    source = (TEMPLATES / template).read_text()
    if "emails" in template:
        pytest.skip("mail has its styles inline")
    assert not re.search(r"\sstyle=|<style|\son(?!ly=)[a-z]+=|<script(?![^>]+src=)", source)


@pytest.mark.parametrize("template", HTML)
def test_every_template_compiles(template):
    get_template(template)
