"""A field of a form in our markup."""

import re

from django import forms
from django.template.loader import render_to_string


class Example(forms.Form):
    name = forms.CharField(help_text="As it stands on the door")
    note = forms.CharField(widget=forms.Textarea, required=False)
    colour = forms.ChoiceField(choices=[("l", "Light"), ("d", "Dark")], widget=forms.RadioSelect)
    days = forms.MultipleChoiceField(
        choices=[("1", "Monday")], widget=forms.CheckboxSelectMultiple, help_text="Of mail"
    )
    zone = forms.ChoiceField(choices=[("UTC", "UTC")])
    agreed = forms.BooleanField(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)


def field(name: str, data: dict | None = None, **context: object) -> str:
    form = Example(data)
    return render_to_string("ui/_field.html", {"field": form[name], **context})


def test_a_field_has_a_label_and_an_input_tied_to_its_hint():
    html = field("name")
    assert '<label class="label" for="id_name">Name' in html
    assert 'id="id_name_helptext">As it stands on the door' in html
    assert 'aria-describedby="id_name_helptext"' in html
    assert 'class="input"' in html
    assert "aria-invalid" not in html


def test_an_error_stands_above_the_input_which_names_it_and_keeps_what_was_typed():
    html = field("zone", {"zone": "Mars"})
    assert 'class="field field--error"' in html
    assert html.index('id="id_zone_error"') < html.index("<select")
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_zone_error"' in html


def test_an_input_with_hint_and_error_names_both():
    html = field("name", {"name": ""})
    assert 'aria-describedby="id_name_helptext id_name_error"' in html


def test_what_is_typed_is_escaped():
    assert "<script>" not in field("name", {"name": "<script>"})


def test_a_field_that_may_stay_empty_says_so_unless_told_otherwise():
    assert "(optional)" in field("note")
    assert "(optional)" not in field("name")
    assert "(optional)" not in field("note", optional=False)


def test_radios_are_buttons_in_a_group_with_a_legend():
    html = field("colour")
    assert '<legend class="label">Colour' in html
    assert html.count('class="opt-btn"') == 2
    assert html.count('type="radio"') == 2


def test_a_group_in_error_is_described_by_the_error():
    html = field("days", {"days": ["9"]})
    assert re.search(r'<fieldset[^>]+aria-describedby="id_days_helptext id_days_error"', html)
    assert html.count('type="checkbox"') == 1


def test_a_single_box_stands_inside_its_label():
    assert re.search(
        r'<label class="opt-check"><input type="checkbox"[^>]+> Agreed', field("agreed")
    )


def test_a_hidden_field_has_no_label():
    assert field("version").strip().startswith('<input type="hidden"')


def test_label_and_hint_can_be_said_otherwise_or_left_out():
    html = field("name", label="Your name", hint="In Latin letters")
    assert "Your name" in html
    assert "In Latin letters" in html
    assert "door" not in html
    without = field("name", hint=False)
    assert "aria-describedby" not in without
    assert "hint" not in without


def test_a_field_that_a_form_does_not_have_is_nothing():
    assert render_to_string("ui/_field.html", {"field": ""}).strip() == ""


def test_the_summary_links_to_each_field_in_error():
    form = Example({"version": "x"})
    html = render_to_string("ui/_form_errors.html", {"form": form})
    assert 'role="alert"' in html
    assert 'href="#id_name"' in html
    assert "Enter a whole number." in html


def test_a_form_without_errors_has_no_summary():
    assert render_to_string("ui/_form_errors.html", {"form": Example()}).strip() == ""
