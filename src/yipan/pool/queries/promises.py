"""Promises as somebody looks them up, and the proof that the book says the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from yipan.foundation.findings import Finding
from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.totals import list_place_totals
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState
from yipan.pool.rules import (
    PromisedLine,
    get_line_account,
    get_pool_account,
    get_quota_key,
)

STATUS_OF_STATE = {
    PromiseState.HELD: StockStatus.HELD,
    PromiseState.RESERVED: StockStatus.RESERVED,
}


def make_line(row: PromiseLine) -> PromisedLine:
    """Return what still stands of a line, as a plain row."""
    return PromisedLine(
        site=row.site,
        sku=row.sku,
        quantity=row.quantity_open,
        supply=row.supply,
        quota=row.quota,
        quota_quantity=min(row.quota_quantity, row.quantity_open),
        is_floating=row.is_floating,
        due_on=row.due_on,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class PromiseDetail:
    """A promise as somebody looks it up."""

    number: str
    state: str
    lines: tuple[PromisedLine, ...]
    created_at: datetime
    created_by: str
    external_id: str
    expires_at: datetime | None
    committed_at: datetime | None
    short: Mapping[str, int]


def get_promise(number: str, *, sites: Collection[str] | None = None) -> PromiseDetail:
    """
    Return one promise.

    :raises NotFound: if there is none of this number within `sites`, or it was refused.
    """
    promise = Promise.objects.filter(number=number).exclude(state=PromiseState.REFUSED).first()
    found = [] if promise is None else list(promise.lines.order_by("site", "sku"))
    if promise is None or (sites is not None and any(line.site not in sites for line in found)):
        raise NotFound(kind="promise", id=number)
    return make_detail(promise, found)


def make_detail(promise: Promise, lines: Sequence[PromiseLine]) -> PromiseDetail:
    """Return a promise and what still stands of its lines, as a plain row."""
    return PromiseDetail(
        number=promise.number,
        state=promise.state,
        lines=tuple(make_line(line) for line in lines if line.quantity_open),
        created_at=promise.created_at,
        created_by=promise.created_by,
        external_id=promise.external_id,
        expires_at=promise.expires_at,
        committed_at=promise.committed_at,
        short=promise.facts.get("short", {}),
    )


def find_number(*, external_id: str) -> str:
    """Return the number of the newest promise somebody knows by a name of their own, or ""."""
    if not external_id:
        return ""
    rows = Promise.objects.filter(external_id=external_id).exclude(state=PromiseState.REFUSED)
    return rows.order_by("-id").values_list("number", flat=True).first() or ""


def find_numbers(*, external_ids: Collection[str]) -> dict[str, str]:
    """Return the same for many names, by name; those nobody asked under are left out."""
    rows = Promise.objects.filter(external_id__in=set(external_ids) - {""})
    rows = rows.exclude(state=PromiseState.REFUSED).order_by("id")
    return dict(rows.values_list("external_id", "number"))


def count_promises(*, external_id: str) -> int:
    """Return how many promises somebody asked for by one name of their own."""
    return Promise.objects.filter(external_id=external_id).count()


def has_goods_on_hand(number: str) -> bool:
    """Tell whether a standing promise has something set aside that is there, not to come."""
    lines = PromiseLine.objects.filter(
        promise__number=number, promise__state__in=list(STATUS_OF_STATE), supply=""
    )
    return lines.filter(quantity_open__gt=0).exists()


def filter_on_hand(numbers: Collection[str]) -> set[str]:
    """Return those of some promises of which something is there by now."""
    lines = PromiseLine.objects.filter(
        promise__number__in=set(numbers),
        promise__state__in=list(STATUS_OF_STATE),
        supply="",
        quantity_open__gt=0,
    )
    return set(lines.values_list("promise__number", flat=True))


def find_delivery(*, external_id: str) -> str:
    """Return the number of the promise whose goods go to a store for their customer, or ""."""
    if not external_id:
        return ""
    rows = Promise.objects.filter(external_id=external_id, method="ship_to_store")
    rows = rows.exclude(state=PromiseState.REFUSED)
    return rows.order_by("-id").values_list("number", flat=True).first() or ""


def prove_promises() -> Finding:
    """Prove that what stands held and reserved in the site book is what open promises say."""
    promised: dict[tuple[str, str], int] = {}
    for state, status in STATUS_OF_STATE.items():
        rows = PromiseLine.objects.filter(promise__state=state, quantity_open__gt=0)
        for row in rows.iterator():
            line = make_line(row)
            _add(promised, get_line_account(line, status), line.sku, line.quantity)
            if line.quota_quantity:
                account = get_pool_account(key=get_quota_key(line.quota), status=status)
                _add(promised, account, line.sku, line.quota_quantity)
    sites = {account.split("/")[1] for account, _ in promised if account.startswith("on_hand/")}
    sites |= {
        total.place
        for total in list_place_totals(book=SITE_BOOK)
        if total.status in STATUS_OF_STATE.values()
    }
    prefixes = [*(f"on_hand/{site}/" for site in sorted(sites)), "pool/"]
    booked = {
        (balance.account, balance.sku): balance.quantity
        for prefix in prefixes
        for balance in ledger.list_balances(book=SITE_BOOK, prefix=prefix)
        if balance.account.endswith(("/held", "/reserved"))
    }
    breaks = [
        f"{account}, SKU {sku}: {booked.get((account, sku), 0)} in the book, "
        f"{promised.get((account, sku), 0)} promised"
        for account, sku in sorted(booked.keys() | promised.keys())
        if booked.get((account, sku), 0) != promised.get((account, sku), 0)
    ]
    return Finding(
        check="pool.promises_equal_balances",
        ok=not breaks,
        detail=breaks[0] if breaks else "",
        count=len(breaks),
        examined=len(promised),
    )


def _add(sums: dict[tuple[str, str], int], account: str, sku: str, quantity: int) -> None:
    sums[account, sku] = sums.get((account, sku), 0) + quantity
