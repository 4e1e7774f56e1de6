"""What is there, and what may still be promised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from yipan.foundation.findings import Finding
from yipan.foundation.refusals import NotFound
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.totals import list_place_totals
from yipan.pool.book import SITE_BOOK
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState
from yipan.pool.rules import PromisedLine, get_account

SKUS_PER_QUESTION_MAX = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Availability:
    """
    What one site has of one SKU, in its smallest unit, status by status.

    `on_hand` is the sum of the statuses. `available_to_promise` is what a new promise could
    get now: what is available, and what expired holds give back as soon as somebody asks.
    """

    sku: str
    site: str
    on_hand: int
    available: int
    held: int
    reserved: int
    quarantine: int
    damaged: int
    blocked: int
    available_to_promise: int


def get_stock(*, site: str, sku: str) -> dict[StockStatus, int]:
    """Return the quantity in every status, in the SKU's smallest unit. May be negative."""
    return {
        status: ledger.get_quantity(
            book=SITE_BOOK, account=get_account(site=site, status=status), sku=sku
        )
        for status in StockStatus
    }


def list_availability(
    *, skus: Collection[str], at: datetime, sites: Collection[str] | None = None
) -> list[Availability]:
    """
    Return what each site has of each of the SKUs, ordered by SKU and site.

    `sites` limits the answer, to a scope or a question; None means all. Sites that never had
    a SKU are left out.
    """
    assert len(skus) <= SKUS_PER_QUESTION_MAX
    due = _sum_due(skus, at=at)
    rows: list[Availability] = []
    for sku in sorted(set(skus)):
        by_site: dict[str, dict[str, int]] = {}
        for balance in ledger.list_balances(book=SITE_BOOK, sku=sku, prefix="on_hand/"):
            _, site, status = balance.account.split("/", 2)
            if sites is None or site in sites:
                by_site.setdefault(site, {})[status] = balance.quantity
        rows += [
            _describe(sku=sku, site=site, by_status=by_site[site], due=due.get((sku, site), 0))
            for site in sorted(by_site)
        ]
    return rows


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


def get_promise(number: str, *, sites: Collection[str] | None = None) -> PromiseDetail:
    """
    Return one promise.

    :raises NotFound: if there is none of this number within `sites`, or it was refused.
    """
    promise = Promise.objects.filter(number=number).exclude(state=PromiseState.REFUSED).first()
    found = [] if promise is None else list(promise.lines.order_by("site", "sku"))
    if promise is None or (sites is not None and any(line.site not in sites for line in found)):
        raise NotFound(kind="promise", id=number)
    return PromiseDetail(
        number=promise.number,
        state=promise.state,
        lines=tuple(
            PromisedLine(site=line.site, sku=line.sku, quantity=line.quantity) for line in found
        ),
        created_at=promise.created_at,
        created_by=promise.created_by,
        external_id=promise.external_id,
        expires_at=promise.expires_at,
        committed_at=promise.committed_at,
    )


def prove_promises() -> Finding:
    """Prove that what stands held and reserved in the site book is what open promises say."""
    states = {PromiseState.HELD: StockStatus.HELD, PromiseState.RESERVED: StockStatus.RESERVED}
    promised: dict[tuple[str, str], int] = {}
    for state, status in states.items():
        lines = PromiseLine.objects.filter(promise__state=state).values("site", "sku")
        for line in lines.annotate(quantity=Sum("quantity")).order_by("site", "sku"):
            account = get_account(site=line["site"], status=status)
            promised[account, line["sku"]] = line["quantity"]
    sites = {line_account.split("/")[1] for line_account, _ in promised}
    sites |= {
        total.place
        for total in list_place_totals(book=SITE_BOOK)
        if total.status in states.values()
    }
    booked = {
        (balance.account, balance.sku): balance.quantity
        for site in sorted(sites)
        for balance in ledger.list_balances(book=SITE_BOOK, prefix=f"on_hand/{site}/")
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


def _sum_due(skus: Collection[str], *, at: datetime) -> dict[tuple[str, str], int]:
    due = Promise.objects.filter(state=PromiseState.HELD, expires_at__lte=at)
    lines = PromiseLine.objects.filter(promise__in=due, sku__in=skus).values("sku", "site")
    return {
        (line["sku"], line["site"]): line["quantity"]
        for line in lines.annotate(quantity=Sum("quantity")).order_by("sku", "site")
    }


def _describe(*, sku: str, site: str, by_status: dict[str, int], due: int) -> Availability:
    quantities = {str(status): by_status.get(status, 0) for status in StockStatus}
    return Availability(
        sku=sku,
        site=site,
        on_hand=sum(quantities.values()),
        available_to_promise=max(0, quantities["available"] + due),
        **quantities,
    )
