"""Goal: no page is an island: each that needs no number is linked from the rail or a template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver

import yipan
from yipan.console.rail import SECTIONS

PACKAGE = Path(yipan.__file__).parent
NAMED = re.compile(r"""\{%\s*url\s+['"]([a-z_:]+)['"]""")
#: Templates shared by warehouses and stores: `names|add:':stocktakes'`.
SHARED = re.compile(r"""names\|add:['"](:[a-z_]+)['"]""")

#: Pages no template names, and from where people come to them.
EXCEPTIONS = {
    "login": "where everybody is sent who is not logged in",
    "access:account": "the menu of the person, whose address the shell gives",
    "access:logout": "the menu of the person, whose address the shell gives",
    "erp:add_line": "a line of the order's form; the form's view gives the address",
    "erp:add_return_line": "a line of the return's form; the form's view gives the address",
    "erp:add_transfer_line": "a line of the transfer's form; the form's view gives the address",
    "wms:print_labels": "the forms of the labels' page, whose view gives the address",
    "pos:print_labels": "the forms of the labels' page, whose view gives the address",
    "wms:worker": "a script the handheld's page registers",
    "pos:worker": "a script the register registers",
    "shop:checkout": "where the basket's button leads when everything is there",
    "lab:live": "the switch on the home page, whose view gives the address",
}


def list_pages() -> Iterator[str]:
    yield from _walk(get_resolver().url_patterns)


def _walk(
    patterns: Sequence[URLPattern | URLResolver], space: str = "", address: str = ""
) -> Iterator[str]:
    for each in patterns:
        here = address + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            yield from _walk(each.url_patterns, inner, here)
        elif each.name and "<" not in here and not here.startswith("api/"):
            yield space + each.name


def list_linked() -> tuple[set[str], set[str]]:
    """Return the names templates link to, and the tails of names shared ones link to."""
    texts = [path.read_text() for path in sorted(PACKAGE.rglob("*.html"))]
    named = {name for text in texts for name in NAMED.findall(text)}
    named |= {item.url_name for section in SECTIONS for item in section.items}
    return named, {tail for text in texts for tail in SHARED.findall(text)}


def test_every_page_without_arguments_is_linked_from_somewhere() -> None:
    named, tails = list_linked()
    pages = set(list_pages())
    assert len(pages) > 100

    islands = {
        page for page in pages if page not in named and ":" + page.partition(":")[2] not in tails
    }

    assert islands - EXCEPTIONS.keys() == set()


def test_exceptions_are_pages() -> None:
    assert EXCEPTIONS.keys() - set(list_pages()) == set()
