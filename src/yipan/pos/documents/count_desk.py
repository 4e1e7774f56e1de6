"""How people count in a store: its areas, what a scan means there, and how it posts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from yipan.pos.documents import stocktake
from yipan.pos.documents.count_system import POS
from yipan.pos.queries.counting import list_doubts
from yipan.pos.queries.goods import find_product
from yipan.pos.rules.shelves import read_place, write_place
from yipan.stocktake.documents.desk import Desk, PlaceRow, Scanned

PLACES: Final = (
    PlaceRow(code="shop_floor", label=_("Shop floor")),
    PlaceRow(code="backroom", label=_("Backroom")),
    PlaceRow(code="display", label=_("Display")),
)
COMMANDS: Final = {"CMD:UNDO": "undo", "CMD:POST": "post", "CMD:DAMAGED": "damaged"}


def list_places(site: str) -> tuple[PlaceRow, ...]:  # noqa: ARG001 - every store has the same
    """Return the areas of a store."""
    return PLACES


def walk(site: str, places: Collection[str]) -> list[str]:  # noqa: ARG001 - stores are alike
    """Return areas as one walks: from the shop floor to the back."""
    return [row.code for row in PLACES if row.code in places]


def get_label(place: str) -> str:
    """Return what an area is called."""
    return next((str(row.label) for row in PLACES if row.code == place), place)


def resolve(site: str, text: str) -> Scanned:
    """Return what a scan means to who counts: an area or shelf, a product, or a command."""
    command = COMMANDS.get(text.strip().upper())
    if command:
        return Scanned(kind="command", command=command)
    place = read_place(text)
    if place is not None:
        return Scanned(kind="place", place=place[0], shelf=place[1])
    found = find_product(site, text)
    return Scanned(
        kind="product", sku=found.sku, quantity=found.pack_size, pack_size=found.pack_size
    )


def list_problems(site: str) -> Iterable[tuple[str, str]]:
    """Return place and SKU of what work met a doubt about."""
    return list_doubts(site)


DESK: Final = Desk(
    get_label=get_label,
    system=POS,
    names="pos",
    read_action="pos.read",
    count_action="pos.count",
    plan_action="pos.plan_count",
    list_places=list_places,
    list_problems=list_problems,
    walk=walk,
    write_place=write_place,
    resolve=resolve,
    close_sheet=stocktake.close_sheet,
    post=stocktake.post,
)
