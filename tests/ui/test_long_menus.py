"""A menu of many rows begins with the first of them and has a link to all."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django_htmx.middleware import HtmxDetails

from tests.ui.test_list_page import GroupTable
from ui.filters import RowsFilter, SameForEverybody
from ui.lists import ListPage

MOST = 5


class LongFilter(SameForEverybody):
    group = RowsFilter(
        queryset=Group.objects.order_by("name"),
        label="Group",
        to_field_name="name",
        field_name="name",
        most=MOST,
    )

    class Meta:
        model = Group
        fields = ()


class LongList(ListPage):
    queryset = Group.objects.all()
    filterset_class = LongFilter
    table_class = GroupTable


@pytest.fixture
def groups(db):
    return Group.objects.bulk_create(Group(name=f"a{number:02}") for number in range(45))


def html_of(query: str = "") -> str:
    request = RequestFactory().get(f"/groups/?{query}")
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)
    return LongList.as_view()(request).render().content.decode()


def choices(html: str) -> list[str]:
    return re.findall(r'type="checkbox" name="group" value="(\w+)"', html)


def all_choices(html: str) -> str:
    found = re.search(r'class="menu__all" href="([^"]+)"', html)
    return unescape(found[1]) if found else ""


def test_it_begins_with_the_first(groups):
    assert choices(html_of()) == [f"a{n:02}" for n in range(MOST)]


def test_a_link_gives_all_of_them_in_an_open_menu_and_keeps_the_filters(groups):
    html = html_of("group=a02&sort=-name")
    assert all_choices(html) == "?group=a02&sort=-name&all=group"
    whole = html_of(all_choices(html).lstrip("?"))
    assert choices(whole) == [f"a{n:02}" for n in range(45)]
    assert '<details class="menu" open>' in whole
    assert all_choices(whole) == ""
    assert '"a02" checked' in whole


def test_what_is_chosen_beyond_the_first_filters_and_stands_in_the_menu(groups):
    html = html_of("group=a40")
    assert re.findall(r'<th[^>]+scope="row"[^>]*>(\w+)', html) == ["a40"]
    assert choices(html) == [*(f"a{n:02}" for n in range(MOST)), "a40"]
    assert "Group: a40" in html


def test_a_choice_that_is_not_there_is_refused(groups):
    assert "Select a valid choice" in html_of("group=nobody")


def test_few_rows_need_no_link(db):
    Group.objects.bulk_create(Group(name=f"b{number}") for number in range(MOST))
    assert len(choices(html_of())) == MOST
    assert all_choices(html_of()) == ""


def test_all_of_nothing_changes_nothing(groups):
    assert choices(html_of("all=nothing")) == choices(html_of())


def test_the_menu_alone_reads_no_more_than_it_shows(groups):
    with CaptureQueriesContext(connection) as asked:
        html_of()
    menu = next(q["sql"] for q in asked if "LIMIT 6" in q["sql"])
    assert "auth_group" in menu


def test_nothing_of_one_page_stays_in_the_form_of_the_next(groups):
    html_of("all=group&group=a44")
    Group.objects.create(name="a000")
    html = html_of()
    assert choices(html) == ["a00", "a000", "a01", "a02", "a03"]
    assert "checked" not in html
