"""Goal: the tags that all packages use write exactly what the style sheet expects."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from yipan.console import marks


def render(text: str, **context: object) -> str:
    request = RequestFactory().get(str(context.pop("address", "/")))
    return Template("{% load yipan %}" + text).render(Context({"request": request, **context}))


def test_quantities_show_what_is_below_zero_and_what_is_unknown() -> None:
    assert render("{{ n|quantity }}", n=1234) == "1,234"
    assert render("{{ n|quantity }}", n=-1234) == '<span class="negative">−1,234</span>'
    assert render("{{ n|quantity:'kg' }}", n=5) == '5<small class="unit">kg</small>'
    assert render("{{ n|quantity }}", n=None) == '<span class="muted">–</span>'


def test_changes_have_the_color_of_their_direction() -> None:
    assert render("{{ n|change }}", n=95) == '<span class="positive">+95</span>'
    assert render("{{ n|change }}", n=-2) == '<span class="negative">−2</span>'
    assert render("{{ n|change }}", n=0) == '<span class="zero">0</span>'


def test_money_has_its_minus_before_the_sign_of_the_currency() -> None:
    assert render("{{ n|money:'CNY' }}", n=-99) == (
        '<span class="figure negative">−<small class="currency">¥</small>0.99</span>'
    )


@pytest.mark.parametrize(
    ("code", "letters", "tone", "place"),
    [
        ("erp", "ER", "tone-erp book-bare", ""),
        ("wms:W1", "WM", "tone-wms", "W1"),
        ("pos:S12", "PS", "tone-pos", "S12"),
        ("till:S12-1/stock", "TL", "tone-pos", "S12-1/stock"),
        ("strange", "··", "tone-quiet book-bare", ""),
    ],
)
def test_books_carry_two_letters_and_their_color(
    code: str, letters: str, tone: str, place: str
) -> None:
    drawn = render("{% book code %}", code=code)

    assert f'class="book {tone}"' in drawn
    assert f"<b>{letters}</b>{place}</span>" in drawn


def test_every_kind_of_book_has_its_own_letters() -> None:
    letters = [mark.letters for mark in marks.BOOKS.values()]

    assert len(set(letters)) == len(letters)
    assert {len(each) for each in letters} == {2}


def test_text_from_outside_stays_text() -> None:
    drawn = render("{% book code %}{% state code %}{{ code|account }}", code="<script>")

    assert "<script>" not in drawn


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("on_hand/W1/available", "W1 · Available"),
        ("on_hand/shop_floor/damaged", "Shop floor · Damaged"),
        ("on_hand/W1", "W1"),
        ("supplier", "Supplier"),
        ("in_transit/TO-1/available", "In transit · TO-1 · Available"),
        ("elsewhere", "elsewhere"),
    ],
)
def test_accounts_are_written_as_people_read_them(path: str, text: str) -> None:
    assert render("{{ path|account }}", path=path).strip() == text


def test_origins_name_document_and_number() -> None:
    origin = "goods_receipt/GR-0001/post"

    assert render("{{ o|origin }}", o=origin) == "Goods receipt GR-0001"


def test_a_stepper_marks_what_is_past_and_where_it_stands() -> None:
    drawn = render("{% stepper 'draft approved sent' 'approved' %}")

    assert drawn.count('class="is-past"') == 1
    assert drawn.count('aria-current="step"') == 1
    assert "is-ended" not in drawn


def test_a_document_that_left_the_way_shows_how_it_ended() -> None:
    drawn = render("{% stepper 'draft approved sent' 'canceled' %}")

    assert 'class="is-ended" aria-current="step"' in drawn
    assert "Canceled" in drawn
    # Nobody knows how far it had come: only the beginning is said.
    assert "Draft" in drawn
    assert "Approved" not in drawn
    assert "Sent" not in drawn


def test_a_document_that_ended_near_its_goal_shows_the_way_up_to_there() -> None:
    drawn = render("{% stepper 'draft sent received' 'closed_short' %}")

    assert drawn.count('class="is-past"') == 2
    assert "Received" not in drawn


def test_a_column_sorts_up_first_then_down_and_begins_at_the_first_page() -> None:
    first = render("{% sort 'number' 'Number' %}", address="/list?q=tea&after=PO-9")
    again = render("{% sort 'number' 'Number' %}", address="/list?sort=number")

    assert 'href="?q=tea&amp;sort=number"' in first
    assert 'href="?sort=-number"' in again
    assert "aria-current=true" in again


def test_the_address_of_a_page_changes_only_where_it_was_told_to() -> None:
    assert render("{% with_query state='open' after=None %}", address="/l?q=a&after=9") == (
        "?q=a&amp;state=open"
    )
    assert render("{% with_query q=None %}", address="/l?q=a") == "/l"


def test_icons_say_nothing_to_a_screen_reader() -> None:
    drawn = render("{% icon 'truck' %}")

    assert 'aria-hidden="true"' in drawn
    assert 'class="icon"' in drawn
    assert "style=" not in drawn


def test_the_foot_of_a_list_leads_on_and_back_to_the_start() -> None:
    middle = render("{% pages 50 'PO-9' %}", address="/l?after=PO-50&q=tea")
    last = render("{% pages 1 '' %}", address="/l")

    assert 'href="?q=tea"' in middle
    assert 'href="?after=PO-9&amp;q=tea"' in middle
    assert "50 rows" in middle
    assert "<a" not in last
    assert "1 row" in last


def test_every_type_of_document_has_a_name() -> None:
    source = Path(marks.__file__).parents[1]
    declared = re.compile(r'^DOCUMENT_TYPE(?:: Final)? = "(\w+)"$', re.MULTILINE)
    types = {
        name for file in source.rglob("*.py") for name in declared.findall(file.read_text("utf-8"))
    }

    assert len(types) > 40
    assert types - marks.DOCUMENTS.keys() == set()
