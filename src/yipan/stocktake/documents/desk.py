"""What pages and operations of a stocktake need to know of the system whose site it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from yipan.masterdata.rows import SkuRow
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountSheet, Stocktake
from yipan.stocktake.queries.papers import Walk


@dataclass(frozen=True, kw_only=True, slots=True)
class PlaceRow:
    """Somewhere to count: a bin in its zone, an area of a store."""

    code: str
    label: str | Promise
    group: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """
    What a scan means to who counts: `place`, `product` or `command`.

    `quantity` is what one scan stands for, in smallest units.
    """

    kind: str
    place: str = ""
    shelf: str = ""
    sku: SkuRow | None = None
    quantity: int = 1
    pack_size: int = 1
    lot: str = ""
    serial: str = ""
    command: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """
    The system of a kind of site, as pages and operations use it.

    `names` is where its addresses begin (`wms`, `pos`); `list_problems` gives places and SKUs
    that work has raised a doubt about; `walk` puts places in the order one walks; `write_place`
    gives what is scanned at a place and a shelf of it.
    """

    system: System
    names: str
    read_action: str
    count_action: str
    plan_action: str
    list_places: Callable[[str], Sequence[PlaceRow]]
    get_label: Callable[[str], str | Promise]
    list_problems: Callable[[str], Iterable[tuple[str, str]]]
    walk: Walk
    write_place: Callable[[str, str], str]
    resolve: Callable[[str, str], Scanned]
    close_sheet: Callable[..., CountSheet]
    post: Callable[..., Stocktake]
