"""The grid of an allocation (配货单): SKUs down, stores across, the shares before saving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from yipan.erp.documents.transfers.allocation import Need
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow, SkuRow

STORES_MAX = 40
SKUS_MAX = 200
QUANTITY_DIGITS_MAX = 8


@dataclass(kw_only=True, slots=True)
class GridCell:
    """What somebody keyed in for one store, whether it can be read, and its share."""

    store: str
    text: str = ""
    is_wrong: bool = False
    share: int | None = None

    @property
    def is_short(self) -> bool:
        """Tell whether the store would get less than it needs."""
        return self.share is not None and self.text.isdecimal() and self.share < int(self.text)


@dataclass(kw_only=True, slots=True)
class GridLine:
    """One SKU over the stores of the grid."""

    sku: SkuRow
    cells: list[GridCell] = field(default_factory=list)
    needed: int = 0
    shared: int | None = None


@dataclass(kw_only=True, slots=True)
class Grid:
    """What a form holds. `unknown` are the words of its SKUs that name none."""

    stores: list[SiteRow]
    lines: list[GridLine]
    unknown: list[str]

    @property
    def is_wrong(self) -> bool:
        """Tell whether a quantity cannot be read."""
        return any(cell.is_wrong for line in self.lines for cell in line.cells)

    def list_needs(self) -> list[Need]:
        """Return what the stores need; an empty cell needs nothing."""
        return [
            Need(sku=line.sku.code, to_site=cell.store, quantity=int(cell.text))
            for line in self.lines
            for cell in line.cells
            if cell.text.isdecimal() and int(cell.text)
        ]

    def show_shares(self, shares: Mapping[str, Mapping[str, int]]) -> None:
        """Put the share of each store beside what it needs."""
        for line in self.lines:
            of_sku = shares.get(line.sku.code, {})
            for cell in line.cells:
                cell.share = of_sku.get(cell.store)
            line.shared = sum(of_sku.values())


def read_grid(data: QueryDict, *, sites: Sequence[SiteRow], from_site: str) -> Grid:
    """Return the grid of a form: its stores, its SKUs and what was keyed in."""
    wanted = set(data.get("stores", "").replace(",", " ").split())
    stores = [
        row
        for row in sites
        if row.site_type == "store" and row.code != from_site and (not wanted or row.code in wanted)
    ][:STORES_MAX]
    words = [*data.getlist("sku"), *data.get("add", "").replace(",", " ").split()]
    words = list(dict.fromkeys(words))[:SKUS_MAX]
    skus, unknown = _find(words)
    return Grid(
        stores=stores,
        lines=[_make_line(sku, stores, data) for sku in skus],
        unknown=unknown,
    )


def _find(words: Sequence[str]) -> tuple[list[SkuRow], list[str]]:
    known = masterdata.find_skus({*words, *(word.upper() for word in words)})
    found: dict[str, SkuRow] = {}
    unknown = []
    for word in words:
        sku = known.get(word) or known.get(word.upper())
        if sku is None:
            scan = masterdata.find_by_barcode(word)
            sku = scan.sku if scan else None
        if sku is None:
            unknown.append(word[:48])
        else:
            found[sku.code] = sku
    return list(found.values()), unknown


def _make_line(sku: SkuRow, stores: Sequence[SiteRow], data: QueryDict) -> GridLine:
    line = GridLine(sku=sku)
    for store in stores:
        text = data.get(f"need:{sku.code}:{store.code}", "").strip().replace(",", "")
        is_number = text.isascii() and text.isdecimal() and len(text) <= QUANTITY_DIGITS_MAX
        line.cells.append(
            GridCell(store=store.code, text=text[:12], is_wrong=bool(text) and not is_number)
        )
        line.needed += int(text) if is_number else 0
    return line
