"""Goal: a list is filtered, searched and paged without losing what else it is filtered by."""

from __future__ import annotations

from django.template import Context, Template
from django.test import RequestFactory

from tests.pages import squeeze


def render(template: str, query: str = "", **values: object) -> str:
    request = RequestFactory().get(f"/erp/transfers{query}")
    page = Template("{% load yipan %}" + template).render(Context({"request": request, **values}))
    return squeeze(page).strip()


def test_a_chip_sets_its_filter_and_begins_at_the_first_page() -> None:
    page = render('{% chip "Draft" 1234 state="draft" late=None %}', "?q=tea&late=1&after=T-9")

    assert page == (
        '<a class="chip" href="?q=tea&amp;state=draft">Draft'
        '<span class="chip-count">1,234</span></a>'
    )


def test_a_chip_is_on_when_the_address_says_the_same() -> None:
    chip = '{% chip "Draft" state="draft" late=None %}'

    assert 'aria-current="true"' in render(chip, "?state=draft&q=tea")
    assert 'aria-current="true"' not in render(chip, "?state=draft&late=1")
    assert 'aria-current="true"' not in render(chip)
    assert 'aria-current="true"' in render('{% chip "All" state=None late=None %}', "?q=tea")


def test_the_first_chip_is_on_when_the_address_says_nothing() -> None:
    chip = '{% chip "Open" state="open" first=True %}'

    assert 'aria-current="true"' in render(chip)
    assert 'aria-current="true"' in render(chip, "?state=open")
    assert 'aria-current="true"' not in render(chip, "?state=all")


def test_a_search_keeps_the_other_filters_and_leaves_the_page() -> None:
    page = render('{% list_search "Number" %}', "?q=%22tea&state=draft&sort=-number&after=T-9")

    assert 'name="q" value="&quot;tea" placeholder="Number"' in page
    assert '<input type="hidden" name="state" value="draft">' in page
    assert '<input type="hidden" name="sort" value="-number">' in page
    assert "T-9" not in page


def test_a_quantity_that_had_better_be_nothing_is_red_or_quiet() -> None:
    assert render("{{ n|unwanted }}", n=3) == '<span class="negative">3</span>'
    assert render("{{ n|unwanted }}", n=0) == '<span class="muted">0</span>'
    assert render("{{ n|unwanted }}", n=None) == '<span class="muted">–</span>'
