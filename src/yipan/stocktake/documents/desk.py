"""What pages and operations of a stocktake need to know of the system whose site it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from yipan.masterdata.rows import SkuRow
from yipan.stocktake.documents.system import System
from yipan.stocktake.models import CountSheet, Stocktake


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

    `names` is where its addresses begin (`wms`, `pos`); `problems` are places and SKUs that
    work has raised a doubt about.
    """

    system: System
    names: str
    count_action: str
    plan_action: str
    list_places: Callable[[str], Sequence[PlaceRow]]
    get_label: Callable[[str], str | Promise]
    list_problems: Callable[[str], Iterable[tuple[str, str]]]
    resolve: Callable[[str, str], Scanned]
    close_sheet: Callable[..., CountSheet]
    post: Callable[..., Stocktake]
