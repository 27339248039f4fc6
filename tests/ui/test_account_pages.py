"""The way in and out, in our look."""

import re

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.urls import reverse

pytestmark = pytest.mark.django_db

PUBLIC = [
    "account_login",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_pages_before_signing_in_wear_our_look(client, name):
    html = client.get(reverse(name)).content.decode()
    assert html.count("<h1>") == 1
    assert 'class="door"' in html
    assert "style=" not in html


def test_the_sign_in_page_has_the_fields_that_scripts_rely_on(client):
    html = client.get(reverse("account_login")).content.decode()
    assert re.search(r'<input type="email" name="login"', html)
    assert re.search(r'<input type="password" name="password"', html)
    assert "placeholder" not in html


def test_a_wrong_password_is_told_above_the_fields(client):
    data = {"login": "nobody@example.org", "password": "wrong"}
    html = client.post(reverse("account_login"), data).content.decode()
    assert html.index('role="alert"') < html.index('name="login"')
    assert 'value="nobody@example.org"' in html


def test_the_next_page_is_carried_through_sign_in(client):
    html = client.get(reverse("account_login"), {"next": "/commitments/"}).content.decode()
    assert re.search(r'<input type="hidden" name="next" value="/commitments/"', html)


def test_a_used_link_offers_a_new_one(client):
    address = reverse("account_reset_password_from_key", args=["1", "used-up"])
    html = client.get(address).content.decode()
    assert "no longer works" in html
    assert reverse("account_reset_password") in html


def test_the_mail_for_a_new_password_is_plain_and_on_one_subject_line():
    context = {"password_reset_url": "https://tracker.example.org/a?b=1&c=2"}
    body = render_to_string("account/email/password_reset_key_message.txt", context)
    subject = render_to_string("account/email/password_reset_key_subject.txt", context)
    assert context["password_reset_url"] in body
    assert len(subject.strip().splitlines()) == 1
    assert not mail.outbox


def test_no_mail_invites_to_sign_up():
    body = render_to_string("account/email/unknown_account_message.txt", {"email": "x@example.org"})
    assert "sign up" not in body.lower()
