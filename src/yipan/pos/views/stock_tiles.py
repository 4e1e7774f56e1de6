"""What may be done with goods where they lie: tiles of the stock work, by place and status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from yipan.foundation.status import StockStatus
from yipan.pos import rules
from yipan.pos.queries import Position
from yipan.pos.rules.adjustments import DISPLAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """What somebody taps: the type of the document, and to which status or place."""

    label: str | Promise
    icon: str
    adjustment_type: str = ""
    to_status: str = ""
    to_place: str = ""
    asks_cost_center: bool = False


TILES: Mapping[str, Tile] = {
    "sound": Tile(
        label=gettext_lazy("Sound: back on sale"),
        icon="circle-check",
        adjustment_type="status_change",
        to_status="available",
    ),
    "scrap": Tile(label=gettext_lazy("Scrap"), icon="trash-2", adjustment_type="scrap"),
    "damage": Tile(
        label=gettext_lazy("Damaged"),
        icon="package-x",
        adjustment_type="status_change",
        to_status="damaged",
    ),
    "to_supplier": Tile(
        label=gettext_lazy("Back to the supplier"),
        icon="undo-2",
        adjustment_type="status_change",
        to_status="blocked",
    ),
    "sample": Tile(
        label=gettext_lazy("Sample"),
        icon="gift",
        adjustment_type="sample_issue",
        asks_cost_center=True,
    ),
    "own_use": Tile(
        label=gettext_lazy("Own use"),
        icon="coffee",
        adjustment_type="internal_use",
        asks_cost_center=True,
    ),
    "display": Tile(
        label=gettext_lazy("Onto display"), icon="eye", adjustment_type="display_issue"
    ),
    "display_back": Tile(
        label=gettext_lazy("Off display"),
        icon="eye-off",
        adjustment_type="status_change",
        to_status="available",
    ),
    "to_floor": Tile(
        label=gettext_lazy("Backroom to floor"), icon="arrow-right", to_place=rules.SHOP_FLOOR
    ),
    "to_backroom": Tile(
        label=gettext_lazy("Floor to backroom"), icon="arrow-left", to_place=rules.BACKROOM
    ),
}

#: Status to the tiles of goods that lie in it, on the shop floor or in the backroom.
OFFERED: Mapping[str, tuple[str, ...]] = {
    StockStatus.AVAILABLE: ("scrap", "damage", "sample", "own_use", "display"),
    StockStatus.QUARANTINE: ("sound", "damage", "scrap", "to_supplier"),
    StockStatus.DAMAGED: ("scrap", "sound", "to_supplier"),
    StockStatus.BLOCKED: ("sound", "damage", "scrap"),
}

#: The same for what is shown: it is carried nowhere, and comes off the display sound or damaged.
OFFERED_ON_DISPLAY: Mapping[str, tuple[str, ...]] = {
    StockStatus.BLOCKED: ("display_back", "damage", "scrap"),
    StockStatus.DAMAGED: ("scrap", "display_back"),
}

#: Where somebody who says nothing else takes goods from.
USUAL = (rules.SHOP_FLOOR, str(StockStatus.AVAILABLE))


def list_tiles(place: str, status: str) -> dict[str, Tile]:
    """Return the tiles of goods that lie at a place in a status, by their key; none elsewhere."""
    if place == DISPLAY:
        keys = OFFERED_ON_DISPLAY.get(status, ())
    elif place in rules.PLACES and status in OFFERED:
        carried = "to_backroom" if place == rules.SHOP_FLOOR else "to_floor"
        keys = (*OFFERED[status], carried)
    else:
        keys = ()
    return {key: TILES[key] for key in keys}


def choose_position(text: str, positions: Sequence[Position]) -> tuple[str, str]:
    """
    Return the place and the status that are worked on: `place/status`, where that means any.

    Else the shop floor's sound goods; but what lies nowhere else is what somebody holds.
    """
    place, _slash, status = text.partition("/")
    if list_tiles(place, status):
        return place, status
    lying = [(row.place, row.status) for row in positions if row.quantity > 0]
    if USUAL in lying:
        return USUAL
    return next((pair for pair in lying if list_tiles(*pair)), USUAL)
