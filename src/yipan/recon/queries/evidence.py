"""What the books and messages know of a counted key: the evidence the cause engine weighs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from yipan.foundation.refusals import NotFound
from yipan.ledger.past import list_balances_at
from yipan.ledger.queries import list_postings
from yipan.ledger.rows import BalanceRow, MovementRow
from yipan.masterdata.queries import compute_business_date, find_sites, find_skus
from yipan.masterdata.rows import SiteRow
from yipan.recon.queries.cuts import SYSTEMS
from yipan.recon.queries.habits import count_expired, find_rhythm
from yipan.recon.queries.kits import Kits, find_kits
from yipan.recon.queries.learned import count_keys, find_hot
from yipan.recon.queries.logs import ON_HAND, get_group
from yipan.recon.queries.opened import Captured, Opened, open_books
from yipan.recon.rules import Difference, Evidence, Expected, Goods, Key, Line

#: Outside account to the type of document that moves goods from there, and to there.
COMES_FROM = {
    "supplier": "goods_receipt",
    "customer": "customer_return",
    "in_transit": "transfer_receipt",
    "transfer:in": "transfer_receipt",
    "stocktake_difference": "count_gain",
}
GOES_TO = {
    "customer": "sales_issue",
    "in_transit": "transfer_shipment",
    "transfer:out": "transfer_shipment",
    "scrap": "scrap",
    "sample": "sample_issue",
    "internal_use": "internal_use",
    "stocktake_difference": "count_loss",
    "supplier": "supplier_return",
}
#: Messages tell how documents were captured that somebody captured by hand.
CAPTURED = frozenset(
    {
        "goods_receipt",
        "transfer_receipt",
        "customer_return",
        "sales_issue",
        "transfer_shipment",
        "scrap",
        "sample_issue",
        "internal_use",
    }
)


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
    look = Look(sku=sku, place=place, status=status, as_of=as_of)
    return sum_books(site=site, looks=[look])[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What of a site's own book is asked for, and as of which moment; as in `sum_book`."""

    sku: str
    place: str
    status: str
    as_of: datetime


def sum_books(*, site: str, looks: Sequence[Look]) -> list[int]:
    """Return what `sum_book` says of each look, in their order: one statement for up to 5,000."""
    asked = [(look.sku, look.as_of) for look in looks]
    found = list_balances_at(book=get_book(site), moments=asked)
    return [_sum_look(look, rows) for look, rows in zip(looks, found, strict=True)]


def _sum_look(look: Look, rows: Sequence[BalanceRow]) -> int:
    prefix = f"{ON_HAND}{look.place}/" if look.place else ON_HAND
    group = get_group(f"/{look.status}")
    return sum(
        row.quantity
        for row in rows
        if row.account.startswith(prefix) and get_group(row.account) == group
    )


def gather(differences: Sequence[Difference], *, status: str = "available") -> Evidence:
    """Return all that books, messages and master data say of some differences."""
    if not differences:
        return Evidence(differences=())
    sites = find_sites({each.key.site for each in differences})
    kits = find_kits(differences)
    books = open_books(
        {
            (each.key.site, each.key.sku): get_book(each.key.site)
            for each in (*differences, *kits.asked)
        }
    )
    known = [(each, books[each.key.site, each.key.sku]) for each in differences]
    sold = [(each, books[each.key.site, each.key.sku]) for each in kits.asked]
    return Evidence(
        differences=[
            _look_for_expired(each, book, site=sites[each.key.site], status=status)
            for each, book in known
        ],
        lines={each.key: read_lines(each, book, status=status) for each, book in (*known, *sold)},
        expected={each.key: _list_expected(each, book) for each, book in known},
        goods=_describe_goods(known, kits=kits),
        counted=count_keys(
            sites={each.key.site for each in differences},
            since=min(each.since for each in differences),
        ),
    )


def read_lines(difference: Difference, book: Opened, *, status: str) -> list[Line]:
    """Return the document lines that moved a key since book and shelf last agreed."""
    key = difference.key
    group = get_group(f"/{status}")
    lines = []
    for row in book.rows:
        if row.header is None or not (difference.since < row.occurred_at <= difference.counted_at):
            continue
        quantity = _get_change(row, prefix=_get_prefix(key), group=group)
        if quantity == 0:
            continue
        kind = _get_kind(row, is_in=quantity > 0)
        captured = book.capture(row) if kind in CAPTURED else Captured()
        lines.append(_make_line(row, key=key, kind=kind, quantity=quantity, captured=captured))
    return lines


def _get_prefix(key: Key) -> str:
    return f"{ON_HAND}{key.place}/" if key.place else ON_HAND


def _list_expected(difference: Difference, book: Opened) -> list[Expected]:
    """Return what was sent to the site and never taken in: it may stand at the key all the same."""
    return [
        Expected(
            kind="receipt",
            document=paper.number,
            key=difference.key,
            quantity=paper.quantity,
            at=paper.at,
        )
        for paper in book.list_unanswered()
        if difference.since <= paper.at <= difference.counted_at
    ]


def _look_for_expired(
    difference: Difference, book: Opened, *, site: SiteRow, status: str
) -> Difference:
    """Return a difference with how many pieces of its book were past their date when counted."""
    if get_group(f"/{status}") != "sound":
        return difference
    expired = count_expired(
        book.rows,
        lots=book.list_lots(),
        prefix=_get_prefix(difference.key),
        as_of=difference.counted_at,
        on=compute_business_date(site, difference.counted_at),
    )
    return replace(difference, expired=expired)


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


def _make_line(row: MovementRow, *, key: Key, kind: str, quantity: int, captured: Captured) -> Line:
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
        counterpart_quantity=captured.counterpart_quantity,
        partner=captured.partner,
        actor=header.actor,
        uses_multiplier=captured.uses_multiplier,
        carrier=captured.carrier,
    )


def _describe_goods(
    known: Collection[tuple[Difference, Opened]], *, kits: Kits
) -> dict[str, Goods]:
    rhythms = _find_rhythms(known)
    rows = find_skus({each.key.sku for each, _ in known} | kits.parts.keys())
    hot = find_hot(rows)
    return {
        code: Goods(
            sku=code,
            category=row.category,
            # Goods of one category at one price are taken for each other most easily.
            family=f"{row.category}@{row.price_minor}" if row.category else "",
            packs=frozenset({row.case_size, *(barcode.pack_size for barcode in row.barcodes)})
            - {1},
            price_minor=row.price_minor,
            is_hot=code in hot,
            components=kits.get_parts(code),
            sample_days=rhythms.get(code, (0, 1))[0],
            sample_quantity=rhythms.get(code, (0, 1))[1],
        )
        for code, row in rows.items()
    }


def _find_rhythms(
    known: Collection[tuple[Difference, Opened]],
) -> Mapping[str, tuple[int, int]]:
    """Return by SKU how often samples are opened, and of how many, where all sites agree on it."""
    found: dict[str, set[tuple[int, int]]] = {}
    for each, book in known:
        rhythm = find_rhythm(book.rows, since=each.since, until=each.counted_at)
        found.setdefault(each.key.sku, set()).add(rhythm)
    return {sku: next(iter(rhythms)) for sku, rhythms in found.items() if len(rhythms) == 1}
