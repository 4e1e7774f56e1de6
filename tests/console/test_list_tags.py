"""Goal: a list is filtered, searched and paged without losing what else it is filtered by."""

from __future__ import annotations

import re
from pathlib import Path

from django.template import Context, Template
from django.test import RequestFactory

import yipan
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


#: Tables in which somebody works or chooses, and parts of pages that are no list.
NO_FILES = {
    "erp/cash_sheets.html",
    "erp/choose_orders.html",
    "erp/limits.html",
    "erp/many.html",
    "erp/purchase_limits.html",
    "erp/value_gains.html",
    "console/masterdata/imports.html",
    "console/pool/release.html",
    "oms/many.html",
    "oms/shadow.html",
    "planning/grid.html",
    "planning/map.html",
    "recon/accuracy.html",
    "recon/reports.html",
    "recon/targets.html",
}


def test_every_list_is_saved_as_a_file() -> None:
    lists, without = 0, set()
    for path in sorted(Path(yipan.__file__).parent.glob("*/templates/**/*.html")):
        text = path.read_text()
        if "data-list>" not in text or "console/base.html" not in text:
            continue
        lists += 1
        if not any(it in text for it in ("{% pages ", "parts/_pages.html", 'format="csv"')):
            without.add(path.as_posix().split("/templates/")[1])

    assert lists > 50
    assert without <= NO_FILES, sorted(without - NO_FILES)


def test_no_form_stands_in_another_form() -> None:
    """The end of an inner form ends the outer one: what stands behind is never sent."""
    inner = []
    for path in sorted(Path(yipan.__file__).parent.glob("*/templates/**/*.html")):
        depth = 0
        for found in re.finditer(r"<form\b|</form>|{% saved_views %}", path.read_text()):
            depth += {"<form": 1, "</form>": -1}.get(found[0], 0)
            if depth - (found[0] == "<form") > 0:
                inner.append(path.as_posix())

    assert inner == []
