"""What the books and messages know of a counted key: the evidence the cause engine weighs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from yipan.exchange.queries import get_message
from yipan.foundation.refusals import NotFound
from yipan.ledger.queries import list_balances_as_of, list_postings
from yipan.ledger.rows import MovementRow
from yipan.masterdata.queries import find_sites, find_skus
from yipan.recon.queries.cuts import SYSTEMS
from yipan.recon.queries.learned import count_keys
from yipan.recon.queries.logs import ON_HAND, get_group, read_movements
from yipan.recon.rules import Difference, Evidence, Goods, Key, Line

#: Outside account to the type of document that moves goods from there, and to there.
COMES_FROM = {
    "supplier": "goods_receipt",
    "customer": "customer_return",
    "in_transit": "transfer_receipt",
    "stocktake_difference": "count_gain",
}
GOES_TO = {
    "customer": "sales_issue",
    "in_transit": "transfer_shipment",
    "scrap": "scrap",
    "sample": "sample_issue",
    "internal_use": "internal_use",
    "stocktake_difference": "count_loss",
    "supplier": "supplier_return",
}
#: Messages are opened only for documents somebody captured by hand.
OPENED = frozenset({"goods_receipt", "transfer_receipt", "customer_return"})
MESSAGES_OPENED_MAX = 60
SIBLINGS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class _Captured:
    """What a message says of how a line came about."""

    mode: str = ""
    expected: int | None = None
    counterpart: str = ""
    partner: str = ""


def get_book(site: str) -> str:
    """
    Return the name of a site's own book.

    :raises NotFound: if there is no such site, or it has no system of its own.
    """
    row = find_sites([site]).get(site)
    if row is None or row.site_type not in SYSTEMS:
        raise NotFound(kind="site", id=site)
    return f"{SYSTEMS[row.site_type]}:{site}"


def has_book(site: str) -> bool:
    """Return whether the own book of a site lies in this database, and holds something."""
    return bool(list_postings(book=get_book(site), limit=1))


def sum_book(*, site: str, sku: str, place: str, status: str, as_of: datetime) -> int:
    """
    Return what a site's own book says of a SKU at a moment, as known now.

    `place` narrows it to a part of the site, `status` to what is compared with it: what is
    sound is available, held or reserved.
    """
    prefix = f"{ON_HAND}{place}/" if place else ON_HAND
    group = get_group(f"/{status}")
    return sum(
        row.quantity
        for row in list_balances_as_of(book=get_book(site), sku=sku, as_of=as_of)
        if row.account.startswith(prefix) and get_group(row.account) == group
    )


def gather(differences: Sequence[Difference], *, status: str = "available") -> Evidence:
    """Return all that books, messages and master data say of some differences."""
    goods = _describe_goods({each.key.sku for each in differences})
    return Evidence(
        differences=differences,
        lines={each.key: read_lines(each, status=status) for each in differences},
        goods=goods,
        counted=count_keys(
            sites={each.key.site for each in differences},
            since=min(each.since for each in differences),
        )
        if differences
        else {},
    )


def read_lines(difference: Difference, *, status: str) -> list[Line]:
    """Return the document lines that moved a key since book and shelf last agreed."""
    key = difference.key
    prefix = f"{ON_HAND}{key.place}/" if key.place else ON_HAND
    group = get_group(f"/{status}")
    rows = [
        row
        for row in read_movements(book=get_book(key.site), sku=key.sku)
        if difference.since < row.occurred_at <= difference.counted_at and row.header is not None
    ]
    opened = 0
    lines = []
    for row in rows:
        quantity = _get_change(row, prefix=prefix, group=group)
        if quantity == 0:
            continue
        kind = _get_kind(row, is_in=quantity > 0)
        captured = _Captured()
        if kind in OPENED and opened < MESSAGES_OPENED_MAX:
            captured = _open(row, sku=key.sku)
            opened += 1
        lines.append(_make_line(row, key=key, kind=kind, quantity=quantity, captured=captured))
    return lines


def _get_change(row: MovementRow, *, prefix: str, group: str) -> int:
    change = 0
    if row.to_account.startswith(prefix) and get_group(row.to_account) == group:
        change += row.quantity
    if row.from_account.startswith(prefix) and get_group(row.from_account) == group:
        change -= row.quantity
    return change


def _get_kind(row: MovementRow, *, is_in: bool) -> str:
    """Name a movement by where goods came from or went: the same in every system's book."""
    other = row.from_account if is_in else row.to_account
    root = other.partition("/")[0]
    return (COMES_FROM if is_in else GOES_TO).get(root, "bin_move")


def _make_line(
    row: MovementRow, *, key: Key, kind: str, quantity: int, captured: _Captured
) -> Line:
    header = row.header
    assert header is not None
    number = header.origin.split("/")[1] if "/" in header.origin else header.origin
    return Line(
        document=number,
        kind=kind,
        key=key,
        quantity=quantity,
        occurred_at=row.occurred_at,
        # The book is the one known now: what came late is in it already, and explains nothing.
        recorded_at=row.occurred_at,
        mode=captured.mode,
        quantity_expected=captured.expected,
        counterpart=captured.counterpart,
        partner=captured.partner,
        actor=header.actor,
    )


def _open(row: MovementRow, *, sku: str) -> _Captured:
    """Read in the message of a posting how its line was captured; nothing, where it is gone."""
    header = row.header
    assert header is not None
    if not header.source or header.sequence is None:
        return _Captured()
    try:
        data = get_message(source=header.source, sequence=header.sequence).data or {}
    except NotFound:
        return _Captured()
    for line in _list_lines(data):
        if line.get("sku") == sku:
            expected = line.get("quantity_expected")
            return _Captured(
                mode=str(line.get("capture_mode") or ""),
                expected=int(expected) if expected is not None else None,
                counterpart=str(line.get("partner_document") or data.get("transfer_number") or ""),
                partner=str(data.get("supplier") or data.get("from_site") or ""),
            )
    return _Captured()


def _list_lines(data: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    lines = data.get("lines")
    return lines if isinstance(lines, list) else []


def _describe_goods(codes: Collection[str]) -> dict[str, Goods]:
    rows = find_skus(codes)
    return {
        code: Goods(
            sku=code,
            category=row.category,
            # Goods of one category at one price are taken for each other most easily.
            family=f"{row.category}@{row.price_minor}" if row.category else "",
            packs=frozenset({row.case_size, *(barcode.pack_size for barcode in row.barcodes)})
            - {1},
            price_minor=row.price_minor,
        )
        for code, row in rows.items()
    }
