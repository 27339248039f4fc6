"""The base table: order, ties, markup."""

import django_tables2 as tables
import pytest
from django.contrib.contenttypes.models import ContentType
from django.db.models import F
from django.test import RequestFactory
from django.test.utils import isolate_apps

from ui.tables import BaseTable, with_tie_break


class TypeTable(BaseTable):
    row_head = "model"

    model = tables.Column(linkify=lambda record: f"/{record.pk}/")
    app_label = tables.Column(verbose_name="App", attrs={"td": {"class": "nw"}})
    id = tables.Column(attrs={"td": {"data-label": ""}}, orderable=False)
    key = tables.Column(accessor="pk")

    class Meta(BaseTable.Meta):
        model = ContentType
        fields = ("model", "app_label", "id", "key")

    def order_key(self, queryset, is_descending):
        return queryset.order_by(F("pk").desc() if is_descending else F("pk").asc()), True


def ordering(table: BaseTable) -> tuple:
    return tuple(table.data.data.query.order_by)


def html_of(**kwargs: object) -> str:
    rows = [ContentType(pk=7, app_label="meetings", model="report")]
    request = RequestFactory().get("/types/", {"page": "3", "q": "a"})
    table = TypeTable(rows, **kwargs)
    table.request = request
    return table.as_html(request)


def test_rows_without_an_order_are_ordered_by_key():
    assert ordering(TypeTable(ContentType.objects.all())) == ("pk",)


def test_an_order_of_the_rows_themselves_is_kept_and_finished_by_the_key():
    assert ordering(TypeTable(ContentType.objects.order_by("-app_label"))) == ("-app_label", "pk")


@pytest.mark.parametrize("sort", ["model", "-model", "app_label", "-app_label"])
def test_whatever_a_person_sorts_by_ties_are_broken_by_key(sort):
    table = TypeTable(ContentType.objects.order_by("app_label"))
    table.order_by = [sort]
    assert ordering(table) == (sort, "pk")


def test_a_column_that_sorts_in_its_own_way_is_finished_too():
    table = TypeTable(ContentType.objects.all())
    table.order_by = ["-key"]
    assert ordering(table)[-1] == "pk"
    assert len(ordering(table)) == 2


def test_an_order_that_ends_in_the_key_is_left_alone():
    rows = ContentType.objects.order_by("model", "-pk")
    assert with_tie_break(rows) is rows


@isolate_apps("django.contrib.contenttypes")
def test_the_order_a_model_declares_is_not_lost():
    class Ordered(ContentType):
        class Meta:
            app_label = "contenttypes"
            proxy = True
            ordering = ("-model",)

    assert tuple(with_tie_break(Ordered.objects.all()).query.order_by) == ("-model", "pk")


def test_a_list_of_objects_is_a_table_too():
    assert "report" in html_of()


def test_sorted_heads_say_in_which_direction():
    assert html_of(order_by="model").count('aria-sort="ascending"') == 1
    assert 'aria-sort="descending"' in html_of(order_by="-model")
    assert "aria-sort" not in html_of()


def test_sorting_keeps_the_filters_and_returns_to_the_first_page():
    assert 'href="?q=a&amp;sort=model"' in html_of()
    assert 'hx-get="/types/?q=a&amp;sort=model"' in html_of()


def test_cells_name_themselves_for_small_screens_unless_they_speak_for_themselves():
    html = html_of()
    assert 'data-label="App"' in html
    assert 'class="nw"' in html
    assert 'data-label="ID"' not in html
    assert 'data-label=""' not in html


def test_one_column_heads_its_rows():
    html = html_of()
    assert html.count('scope="row"') == 1
    assert 'class="ttl wide"' in html


def test_the_table_stacks_and_has_no_inline_style():
    html = html_of()
    assert 'class="tbl tbl--stack tbl--panel"' in html
    assert "style=" not in html
