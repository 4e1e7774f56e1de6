"""A stop of a guided tour, and those that several roles share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:  # installed where types are checked, not where the product runs
    from django_stubs_ext import StrPromise


#: The first part of a page that says something: figures, a list or what stands in its place.
PART: Final = "main :is(.key-figures, .table-wrap, .card, .empty)"


@dataclass(frozen=True, slots=True)
class TourStep:
    """One stop: the page by its URL name, what on it to look at (CSS), and what to say of it."""

    url_name: str
    target: str
    title: StrPromise
    text: StrPromise


TOWER = TourStep(
    "console:home",
    "#tower",
    _("Your control tower"),
    _(
        "The network, the figures of your work, and what needs somebody now. Every "
        "number opens the page behind it."
    ),
)
FIRST_PAGE = TourStep(
    "console:home",
    "#tower",
    _("Your first page"),
    _(
        "The figures of your site, and what needs somebody now. Every number opens the "
        "page behind it."
    ),
)
STOCK = TourStep(
    "erp:stock",
    PART,
    _("Stock of all sites"),
    _(
        "On hand, reserved, in transit and sellable, by product and site, now or at any "
        "past moment."
    ),
)
BOOKS = TourStep(
    "books:index",
    PART,
    _("Books side by side"),
    _(
        "The hub's book beside each site's own. Where two differ, the row says so; open "
        "it to see the documents."
    ),
)
CASES = TourStep(
    "recon:cases",
    PART,
    _("Differences as cases"),
    _(
        "Each difference is a case with likely causes, the evidence for each, and the "
        "document that corrects it."
    ),
)
SEARCH = TourStep(
    "console:home",
    "[data-palette-open]",
    _("Find anything"),
    _(
        "Ctrl-K finds orders, products and pages by number or name. The question mark "
        "shows all keys."
    ),
)
