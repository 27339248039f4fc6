"""The list page: whatever the address says, a page answers."""

import re

import django_filters
import django_tables2 as tables
import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.translation import ngettext_lazy
from django_htmx.middleware import HtmxDetails

from ui.filters import DayFilter, RowsFilter
from ui.lists import ListPage, View
from ui.tables import BaseTable

INITIALS = [("a", "A"), ("b", "B")]


class GroupFilter(django_filters.FilterSet):
    q = django_filters.CharFilter("name", "icontains", label="Search names")
    first = django_filters.MultipleChoiceFilter(
        field_name="name", lookup_expr="startswith", choices=INITIALS, label="First letter"
    )
    group = RowsFilter(queryset=Group.objects.all(), label="Group", method="filter_group")
    least = django_filters.NumberFilter("pk", "gte", label="Least number")
    since = DayFilter(method="ignore", label="Since")
    single = django_filters.ChoiceFilter(choices=INITIALS, method="ignore", label="Single")

    class Meta:
        model = Group
        fields = ()

    def filter_group(self, queryset, name, value):
        return queryset.filter(pk__in=[group.pk for group in value]) if value else queryset

    def ignore(self, queryset, name, value):
        return queryset


class GroupTable(BaseTable):
    row_head = "name"
    name = tables.Column()

    class Meta(BaseTable.Meta):
        model = Group
        fields = ("name",)


class GroupList(ListPage):
    queryset = Group.objects.all()
    filterset_class = GroupFilter
    table_class = GroupTable
    heading = "Groups"
    counted = ngettext_lazy("%(n)s group", "%(n)s groups", "n")
    none_yet = "No groups yet"
    none_match = "No group matches these filters"

    def get_views(self):
        return [View("All", "", 45), View("With A", "first=a", 2)]


@pytest.fixture
def groups(db):
    return Group.objects.bulk_create(Group(name=f"a{number:02}") for number in range(45))


def answer(query: str = "", **headers: str) -> HttpResponse:
    request = RequestFactory().get(f"/groups/?{query}", headers=headers)
    request.user = AnonymousUser()
    request.htmx = HtmxDetails(request)
    return GroupList.as_view()(request).render()


def html_of(query: str = "", **headers: str) -> str:
    return answer(query, **headers).content.decode()


def names(html: str) -> list[str]:
    return re.findall(r"<th[^>]+scope=\"row\"[^>]*>(\w+)", html)


def pages(html: str) -> str:
    return re.search(r"<span>([\d-]+ of \d+)</span>", html)[1]


def test_a_page_has_twenty_rows_and_says_which(groups):
    html = html_of()
    assert len(names(html)) == 20
    assert pages(html) == "1-20 of 45"
    assert "<b>45</b> groups" in html


@pytest.mark.parametrize(
    ("number", "rows"),
    [
        ("2", "21-40 of 45"),
        ("3", "41-45 of 45"),
        ("4", "41-45 of 45"),
        ("0", "41-45 of 45"),
        ("-7", "41-45 of 45"),
        ("9" * 25, "41-45 of 45"),
        ("9" * 5000, "1-20 of 45"),
        ("", "1-20 of 45"),
        ("x", "1-20 of 45"),
        ("2.5", "1-20 of 45"),
        ("%00", "1-20 of 45"),
        ("²", "1-20 of 45"),
    ],
)
def test_a_page_number_that_makes_no_sense_gives_the_first_or_the_last_page(groups, number, rows):
    response = answer(f"page={number}")
    assert response.status_code == 200
    assert pages(response.content.decode()) == rows


def test_an_address_cannot_ask_for_all_rows_at_once(groups):
    assert len(names(html_of("per_page=100000"))) == 20


def test_every_row_is_on_exactly_one_page(groups):
    shown = [name for page in (1, 2, 3) for name in names(html_of(f"page={page}&sort=-name"))]
    assert shown == sorted((group.name for group in groups), reverse=True)


@pytest.mark.parametrize("sort", ["nope", "-", "--name", "", "name&sort=name", "name,-name", "pk;"])
def test_an_order_that_makes_no_sense_is_passed_over(groups, sort):
    assert answer(f"sort={sort}").status_code == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("first=zz", "zz is not one of the available choices"),
        ("group=x", "x is not one of the available choices"),
        ("group=999999999", "999999999 is not one of the available choices"),
        ("group=" + "9" * 30, "is not one of the available choices"),
        ("least=many", "Enter a number"),
        ("since=yesterday", "Enter a valid date"),
        ("q=%00", "Null characters are not allowed"),
    ],
)
def test_a_filter_value_that_makes_no_sense_gives_a_message_and_no_rows(groups, query, message):
    response = answer(query)
    html = response.content.decode()
    assert response.status_code == 200
    assert re.search(rf'<p class="error[^>]+id="id_\w+_error">.*{message}', html)
    assert names(html) == []
    assert "Clear filters" in html


def test_a_search_filters_and_can_be_removed(groups):
    html = html_of("q=a01&page=2&sort=name")
    assert names(html) == ["a01"]
    assert "<b>1</b> group<" in html
    assert 'value="a01"' in html
    assert 'href="?sort=name"' in html


def test_each_chosen_value_is_a_chip_that_removes_only_itself(groups):
    html = html_of("first=a&first=b&page=2")
    assert "First letter: A" in html
    assert "First letter: B" in html
    assert 'href="?first=b"' in html
    assert 'href="?first=a"' in html
    assert '<span class="on">First letter: 2</span>' in html
    assert "Clear all" in html


def test_a_list_without_filters_has_no_chips(groups):
    html = html_of("page=2&q=&single=")
    assert 'class="chip"' not in html
    assert "Clear all" not in html


def test_a_chosen_date_is_a_chip_in_words(groups):
    assert "Since: 1\xa0Jan\xa02020" in html_of("since=2020-01-01")


def test_what_is_typed_is_escaped_everywhere(groups):
    html = html_of("q=<script>alert(1)</script>&first=<img>&sort=<b>")
    assert "<script>alert" not in html
    assert "<img>" not in html
    assert "<b>&" not in html


def test_the_filters_send_the_order_along(groups):
    assert '<input type="hidden" name="sort" value="-name">' in html_of("sort=-name")


def test_the_views_say_which_one_is_shown_whatever_the_page_and_order(groups):
    current = r'<a href="\?([^"]*)" aria-current="page">'
    assert re.findall(current, html_of("first=a&sort=name&page=2")) == ["first=a"]
    assert re.findall(current, html_of("page=2&q=")) == [""]
    assert re.findall(current, html_of("q=x")) == []


def test_nothing_yet_and_nothing_found_are_told_apart(db):
    assert "No groups yet" in html_of()
    Group.objects.create(name="a")
    html = html_of("q=zzz")
    assert "No group matches these filters" in html
    assert "No groups yet" not in html


def test_htmx_gets_the_results_and_everybody_else_the_page(groups):
    part = html_of("q=a0", **{"HX-Request": "true"}).strip()
    assert part.startswith('<div id="results"')
    assert "<html" not in part
    assert "<html" in html_of("q=a0")


def test_going_back_in_history_gets_the_page(groups):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in html_of("q=a0", **headers)


def test_a_cache_keeps_the_part_and_the_page_apart(groups):
    assert "HX-Request" in answer().headers["Vary"]


def test_the_page_works_without_script(groups):
    html = html_of()
    form = html[html.index('<form class="bar"') :]
    assert 'method="get"' in form
    assert 'type="submit"' in form[: form.index("</form>")]
    assert 'href="?page=2"' in html
    assert 'href="?sort=name"' in html


def test_the_results_name_what_to_focus_and_to_announce(groups):
    assert html_of(**{"HX-Request": "true"}).count("data-focus") == 1


def test_the_cost_does_not_grow_with_the_rows(db):
    Group.objects.create(name="a")
    with CaptureQueriesContext(connection) as for_one:
        html_of()
    Group.objects.bulk_create(Group(name=f"b{number}") for number in range(19))
    with CaptureQueriesContext(connection) as for_twenty:
        html_of()
    assert len(for_one) == len(for_twenty)
