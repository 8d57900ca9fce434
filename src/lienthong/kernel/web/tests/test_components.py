"""Components: labels belong to inputs, errors are linked and announced, both languages are there."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from lienthong.kernel.clock import at
from lienthong.kernel.errors import FieldError, Invalid, Refused
from lienthong.kernel.text import tr
from lienthong.kernel.web import fields, samples

ERROR = FieldError("child.name", tr("Hãy điền tên.", "Enter a name."), "form.required")


class Elements(HTMLParser):
    """All start tags of a fragment, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.found if tag in tags]

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.found if "id" in attrs]


def show(source: str, language: str = "vi", **context: object) -> str:
    with translation.override(language):
        return Template("{% load lt %}" + source).render(Context(context))


FIELDS = {
    "input": '{% lt_input "child.name" "Tên" error=error hint="Viết đủ dấu" %}',
    "textarea": '{% lt_textarea "child.name" "Tên" error=error hint="Viết đủ dấu" %}',
    "select": '{% lt_select "child.name" "Tên" places error=error hint="Viết đủ dấu" %}',
    "radios": '{% lt_radios "child.name" "Tên" receive_options error=error hint="Viết đủ dấu" %}',
    "checkboxes": '{% lt_checkboxes "child.name" "Tên" papers error=error hint="Viết đủ dấu" %}',
    "date": '{% lt_date "child.name" "Tên" error=error hint="Viết đủ dấu" %}',
    "file": '{% lt_file "child.name" "Tên" error=error hint="Viết đủ dấu" %}',
}


@pytest.mark.parametrize("source", FIELDS.values(), ids=FIELDS.keys())
def test_every_input_has_a_label_and_is_described_by_hint_and_error(source):
    page = Elements(show(source, error=[ERROR], **samples.all_samples()))
    ids = page.ids()
    assert len(ids) == len(set(ids))
    for field in page.all("input", "select", "textarea"):
        assert field["id"] in {label["for"] for label in page.all("label")}
    described = [attrs["aria-describedby"] for _, attrs in page.found if "aria-describedby" in attrs]
    assert "child-name-hint child-name-error" in described
    assert {"child-name", "child-name-hint", "child-name-error"} <= set(ids)


@pytest.mark.parametrize("source", FIELDS.values(), ids=FIELDS.keys())
def test_the_error_is_announced_in_the_language_of_the_page(source):
    context = samples.all_samples()
    assert ">Lỗi:</span> Hãy điền tên.</p>" in show(source, error=[ERROR], **context)
    assert ">Error:</span> Enter a name.</p>" in show(source, "en", error=[ERROR], **context)
    assert "govuk-error-message" not in show(source, error=None, **context)


@pytest.mark.parametrize("source", FIELDS.values(), ids=FIELDS.keys())
def test_the_error_summary_leads_to_the_field(source):
    html = show("{% lt_error_summary error %}" + source, error=[ERROR], **samples.all_samples())
    target = re.search(r'href="#([^"]+)"', html)
    assert target
    focusable = {attrs.get("id") for attrs in Elements(html).all("input", "select", "textarea")}
    assert target[1] in focusable


def test_the_error_summary_is_silent_without_errors_and_takes_refusals():
    assert show("{% lt_error_summary errors %}", errors=[]).strip() == ""
    assert show("{% lt_error_summary errors %}", errors=None).strip() == ""
    assert "#child-name" in show("{% lt_error_summary errors %}", errors=Invalid([ERROR]))
    refusal = Refused("room.closed", tr("Đã đóng.", "Closed."))
    html = show("{% lt_error_summary errors %}", errors=refusal)
    assert "Đã đóng." in html
    assert "href" not in html


def test_a_field_finds_its_own_error_among_all():
    other = FieldError("other", tr("Sai.", "Wrong."), "x")
    assert fields.error_of("child.name", [other, ERROR]) == ERROR.message
    assert fields.error_of("nobody", [other, ERROR]) == ""
    assert fields.error_of("any", "Chỉ một câu") == "Chỉ một câu"


def test_optional_is_said_in_words():
    assert "(không bắt buộc)" in show('{% lt_input "a" "Tên" optional=True %}')
    assert "(optional)" in show('{% lt_input "a" "Tên"|en:"Name" optional=True %}', "en")


def test_what_people_typed_is_escaped():
    html = show('{% lt_input "a" "Tên" value=typed %}{% t "Chào {who}" "Hello {who}" who=typed %}', typed='"><script>')
    assert "<script>" not in html


def test_a_sentence_comes_in_both_languages_with_values():
    source = '{% t "Còn {n} ngày" "{n} days left" n=days %}'
    assert show(source, days=3) == "Còn 3 ngày"
    assert show(source, "en", days=3) == "3 days left"


@pytest.mark.parametrize(
    ("value", "boxes"),
    [
        (date(2026, 11, 2), ("2", "11", "2026")),
        ("2026-11-02", ("2", "11", "2026")),
        ({"d-day": "30", "d-month": "02", "d-year": ""}, ("30", "02", "")),
        ({"day": "1", "month": "x", "year": "99"}, ("1", "x", "99")),
        ("", ("", "", "")),
        (None, ("", "", "")),
    ],
)
def test_a_date_shows_what_is_stored_or_typed(value, boxes):
    assert tuple(fields.date_boxes("d", value).values()) == boxes


def test_chosen_options_are_marked_whatever_their_type():
    html = show('{% lt_select "a" "A" options value=2 %}', options=[("1", "Một"), ("2", "Hai")])
    assert 'value="2" selected' in html
    assert 'value="1" selected' not in html
    html = show('{% lt_checkboxes "a" "A" options values=chosen %}', options=[("1", "Một"), ("2", "Hai")], chosen=["1"])
    assert html.count(" checked") == 1


def test_pagination_keeps_the_query_string():
    request = RequestFactory().get("/ho-so/", {"q": "khai sinh & hơn", "page": "2", "tinh-trang": ["moi", "qua-han"]})
    html = show("{% lt_pagination page %}", request=request, page=Paginator(range(100), 10).get_page(2))
    link = "?q=khai+sinh+%26+h%C6%A1n&amp;page=3&amp;tinh-trang=moi&amp;tinh-trang=qua-han"
    assert f'href="{link}" rel="next"' in html
    assert 'aria-current="page">2<' in html


def test_pagination_of_one_page_is_nothing():
    assert show("{% lt_pagination page %}", page=Paginator(range(3), 10).get_page(1)).strip() == ""


def test_extra_attributes_become_html():
    html = show('{% lt_input "a" "A" hx_get="/x" required=True maxlength=12 disabled=False %}')
    assert ' hx-get="/x"' in html
    assert " required" in html
    assert ' maxlength="12"' in html
    assert "disabled" not in html


def test_filters_write_as_people_do():
    source = "{{ day|date_vn }} {{ moment|moment_vn }} {{ amount|dong }}|{{ none|date_vn }}{{ none|dong }}"
    shown = show(source, day=date(2026, 11, 21), moment=at(2026, 11, 21, 15, 4), amount=8000, none=None)
    assert shown == "21/11/2026 15:04 21/11/2026 8.000 đ|"


def test_a_form_block_carries_its_token_and_renders_its_fields():
    html = show('{% lt_form files=True %}{% lt_input "a" "A" %}{% endlt_form %}', csrf_token="tok")
    assert 'enctype="multipart/form-data"' in html
    assert 'name="csrfmiddlewaretoken" value="tok"' in html
    assert '<input class="govuk-input"' in html


def test_table_cells_follow_their_columns():
    html = show(
        '{% lt_table head rows caption="Bảng" sortable=True %}',
        head=["Mã", {"text": "Phí", "numeric": True}],
        rows=[[{"text": "H36", "href": "/x"}, {"text": "8.000", "sort_value": 8000}], ["H37", None]],
    )
    assert html.count("govuk-table__cell--numeric") == 2
    assert 'data-sort-value="8000"' in html
    assert 'aria-sort="none"' in html
    assert "None" not in html


def test_a_stacked_row_says_what_each_value_is_once_and_nothing_of_what_is_empty():
    head = [
        {"text": tr("Số", "No."), "stacked": "bare"},
        {"text": tr("Hồ sơ", "File"), "stacked": "title"},
        tr("Hạn", "Due"),
        {"text": tr("Văn bản", "Documents"), "numeric": True},
        {"text": tr("Trạng thái", "Status"), "stacked": "bare"},
    ]
    rows = [["27", {"text": "Giao ban", "href": "/x"}, "21/11/2026", 0, {"text": "Mở", "tag": "blue"}],
            ["28", "Khác", "", None, ""]]  # fmt: skip
    html = show('{% lt_table head rows caption="Bảng" stacked=True %}', head=head, rows=rows)
    assert html.count('lt-stacked__caption">Hạn: </span>21/11/2026') == html.count('lt-stacked__caption">Hạn') == 1
    assert html.count('lt-stacked__caption">Văn bản: </span>0') == html.count('lt-stacked__caption">Văn bản') == 1
    assert html.count("lt-stacked__caption") == 2
    assert html.count("lt-stacked__title") == 2
    plain = show('{% lt_table head rows caption="Bảng" %}', head=head, rows=rows)
    assert "lt-stacked" not in plain
    first = show("{% lt_table head rows stacked=True %}", head=["Mã", "Phí"], rows=[["a", "b"]])
    assert 'lt-stacked__title">a<' in first


def test_a_day_on_the_timeline_is_a_day_and_a_moment_a_moment():
    items = [{"title": "A", "moment": date(2026, 11, 21)}, {"title": "B", "moment": at(2026, 11, 21, 9, 5)}]
    html = show("{% lt_timeline items %}", items=items)
    assert '<time datetime="2026-11-21">21/11/2026</time>' in html
    assert ">09:05 21/11/2026</time>" in html
