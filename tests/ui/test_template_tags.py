"""The words of the templates: icons, symbols, days."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone as django_time
from django.utils import translation

from ui import words


def rendered(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


def test_an_icon_is_an_inline_picture_without_a_style_and_hidden_from_readers():
    icon = rendered('{% icon "clock" %}')
    assert icon.startswith("<svg")
    assert "<circle" in icon
    assert 'class="ico"' in icon
    assert 'aria-hidden="true"' in icon
    assert "style" not in icon
    assert "\n" not in icon


def test_a_small_icon_says_so_in_its_class():
    assert 'class="ico ico--sm"' in rendered('{% icon "x" size="sm" %}')


def test_an_icon_that_does_not_exist_is_an_error():
    with pytest.raises(Exception, match="no-such-icon"):
        rendered('{% icon "no-such-icon" %}')


def test_a_symbol_uses_the_shape_of_the_sprite():
    symbol = rendered('{% symbol "p" %}')
    assert symbol == '<svg class="sym c-p" aria-hidden="true"><use href="#s-p"/></svg>'


def test_a_letter_that_is_no_status_is_an_error():
    with pytest.raises(ValueError, match="no status symbol"):
        rendered("{% symbol code %}", code='"><script>')


def test_every_status_symbol_has_its_shape_in_the_sprite():
    sprite = Template('{% include "ui/_sprite.html" %}').render(Context())
    for code in "npvqdsrwax":
        assert f'id="s-{code}"' in sprite


def test_a_day_is_a_time_that_does_not_break():
    said = rendered("{{ day|day }}", day=date(2026, 12, 24))
    assert said == '<time datetime="2026-12-24">24\xa0Dec\xa02026</time>'


def test_no_day_is_nothing():
    assert rendered("{{ day|day }}", day=None) == ""


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "5\xa0Mar\xa02026"), ("ru", "5\xa0мар\xa02026"), ("zh-hans", "2026年3月5日")],
)
def test_a_day_is_said_in_the_language_of_the_page(language, said):
    with translation.override(language):
        assert words.day_words(date(2026, 3, 5)).lower() == said.lower()


def test_the_year_is_left_out_only_when_it_is_this_year_and_asked_for():
    today = django_time.localdate()
    other = today.replace(year=today.year - 1, day=1)
    assert str(today.year) in rendered("{{ day|day }}", day=today).split(">")[1]
    assert str(today.year) not in rendered('{{ day|day:"short" }}', day=today).split(">")[1]
    assert str(other.year) in rendered('{{ day|day:"short" }}', day=other).split(">")[1]


def test_a_moment_falls_on_the_day_of_the_reader():
    late_in_utc = datetime(2026, 12, 24, 20, 0, tzinfo=UTC)
    with django_time.override(ZoneInfo("Asia/Shanghai")):
        assert words.day_words(late_in_utc) == "25\xa0Dec\xa02026"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-17, "17 days late"),
        (-1, "1 day late"),
        (0, "Due today"),
        (1, "Due tomorrow"),
        (2, "Due in 2 days"),
        (29, "Due in 29 days"),
    ],
)
def test_days_to_a_deadline_are_said_in_words(days, said):
    assert rendered("{{ days|in_days }}", days=days) == said


def test_a_number_of_days_agrees_with_its_noun():
    assert (words.days_words(1), words.days_words(29)) == ("1 day", "29 days")
    assert rendered("{{ days|days_words }}{{ days|in_days }}", days=None) == ""


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        (ZoneInfo("Asia/Bishkek"), "Asia/Bishkek (UTC+6)"),
        (ZoneInfo("Asia/Kolkata"), "Asia/Kolkata (UTC+5:30)"),
        (ZoneInfo("UTC"), "UTC"),
        (timezone(timedelta(hours=-3)), "UTC-03:00 (UTC-3)"),
    ],
)
def test_a_zone_is_named_with_its_distance_from_utc(zone, said):
    assert words.zone_words(zone, datetime(2026, 1, 1, tzinfo=UTC)) == said


def test_a_language_is_named_in_its_own_letters():
    assert rendered('{{ "zh-hans"|language_code }} {{ "ru"|language_name }}') == "中文 Русский"
    assert rendered('{{ "kk"|language_code }}') == "KK"
