"""
Pegging (供需挂接): each promise on goods to come hangs on one supply, and follows it.

When goods arrive, its promises take them on hand; when a supply shrinks or slips, its promises
are given other goods in the order of their priority and age, and what finds none stays where
it is, at risk, for a person to see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.pool import book, rules
from yipan.pool.models import Promise, PromiseLine, Supply
from yipan.pool.promises.planned import STATUS
from yipan.pool.queries.channels import find_sites_behind
from yipan.pool.queries.promises import make_line
from yipan.pool.queries.selling import is_late, measure_in, read_world
from yipan.pool.rules import PromisedLine
from yipan.pool.rules.selling import Terms, place

PEGS_AT_ONCE_MAX = 1_000
SHIP_TO_STORE = "ship_to_store"


def settle_changes(supplies: Sequence[Supply], *, at: datetime) -> None:
    """Give promises on supplies that shrank or slipped other goods, where there are any."""
    if not _list_hanging({supply.key for supply in supplies}).exists():
        return
    today = timezone.localdate(at)
    for supply in supplies:
        account = rules.get_pool_account(key=supply.key, status=StockStatus.AVAILABLE)
        missing = -ledger.get_quantity(book=book.SITE_BOOK, account=account, sku=supply.sku)
        for line in _list_pegged(supply.key):
            is_slipping = is_late(supply.expected_on, today=today) or (
                line.due_on is not None
                and supply.usable_on is not None
                and supply.usable_on > line.due_on
            )
            # Goods that travel for a customer are not swapped for others on the way.
            is_slipping &= line.promise.method != SHIP_TO_STORE
            if missing > 0 or is_slipping:
                missing -= _peg_anew(line, at=at)


@transaction.atomic
def settle_arrivals(*, site: str, skus: Collection[str], at: datetime) -> int:
    """
    Let promises on goods to come take those of some SKUs that are on hand at their site now.

    Return how much found its goods. Called when goods of a supply were booked in.
    """
    lines = PromiseLine.objects.filter(
        sku__in=set(skus), site=site, quantity_open__gt=0, promise__state__in=list(STATUS)
    ).exclude(supply="")
    found = 0
    for line in _in_order(lines):
        account = rules.get_account(site=site, status=StockStatus.AVAILABLE)
        free = ledger.get_quantity(book=book.SITE_BOOK, account=account, sku=line.sku)
        taken = min(max(0, free), line.quantity_open)
        if taken:
            found += _move(line, PromisedLine(site=site, sku=line.sku, quantity=taken), at=at)
    return found


@transaction.atomic
def follow(
    *,
    number: str,
    left: Mapping[str, int],
    from_site: str,
    to_site: str,
    document: tuple[str, str],
    at: datetime,
) -> int:
    """
    Let a promise follow its goods from one site to another: it lies on what is to come there.

    `left` maps a SKU to how much left, `document` is type and number of what brings it. What has
    come already is set aside where it is. Return how much the promise followed.
    """
    found = 0
    lines = PromiseLine.objects.filter(
        promise__number=number, site=from_site, supply="", quantity_open__gt=0
    )
    for line in _in_order(lines):
        quantity = min(left.get(line.sku, 0), line.quantity_open)
        key = "-".join((*document, line.sku))
        for supply in (key, ""):
            account = (
                rules.get_pool_account(key=key, status=StockStatus.AVAILABLE)
                if supply
                else rules.get_account(site=to_site, status=StockStatus.AVAILABLE)
            )
            free = ledger.get_quantity(book=book.SITE_BOOK, account=account, sku=line.sku)
            taken = min(max(0, free), quantity)
            if taken:
                target = PromisedLine(site=to_site, sku=line.sku, quantity=taken, supply=supply)
                moved = _move(line, target, at=at)
                quantity, found = quantity - moved, found + moved
            if not quantity or line.pk is None:
                break
    return found


def _peg_anew(line: PromiseLine, *, at: datetime) -> int:
    """Give one promise other goods that come in time; return how much found some."""
    promise = line.promise
    today = timezone.localdate(at)
    sites = find_sites_behind(channel=promise.channel, group=promise.group, on=today)
    world = read_world({line.sku}, at=at, sites=sites)
    terms = Terms(channel=promise.channel, method=promise.method, by=line.due_on)
    measured = measure_in(world, line.sku, terms=terms)
    coming = [
        (it.key, it.site, it.quantity, it.usable_on)
        for it in measured.incoming
        if it.key != line.supply
    ]
    shares = place(line.quantity_open, by_site=measured.by_site, incoming=coming)
    found = 0
    for share in shares:
        target = PromisedLine(
            site=share.site,
            sku=line.sku,
            quantity=share.quantity,
            supply=share.supply,
            due_on=line.due_on if share.supply else None,
            is_floating=not share.supply,
        )
        found += _move(line, target, at=at)
    return found


def _move(line: PromiseLine, target: PromisedLine, *, at: datetime) -> int:
    """Move part of a pegged line to other goods; return how much, 0 when they went meanwhile."""
    # Who takes a step with it just now looks at what is there itself; to wait for them with
    # the balances of an arrival locked would be to wait for each other.
    locked = Promise.objects.select_for_update(skip_locked=True).filter(pk=line.promise_id)
    promise = locked.first()
    if promise is None:
        return 0
    line.refresh_from_db()
    quantity = min(target.quantity, line.quantity_open)
    if promise.state not in STATUS or not quantity:
        return 0
    status = STATUS[promise.state]
    part = replace(make_line(line), quantity=quantity, quota=0, quota_quantity=0)
    target = replace(target, quantity=quantity)
    free = StockStatus.AVAILABLE
    # The new goods first: they may be refused, what is given back cannot be.
    moves = [
        *rules.move_between([target], from_status=free, to_status=status),
        *rules.move_between([part], from_status=status, to_status=free),
    ]
    posting = FactPosting(
        origin=f"promise/{promise.number}/move-{promise.postings_count + 1}",
        occurred_at=at,
        moves=moves,
        trace=Trace(actor="system", reason=promise.external_id),
    )
    [shortage] = book.post_promises(postings=[posting])
    if shortage is not None:
        return 0
    promise.postings_count += 1
    promise.save(update_fields=["postings_count"])
    _write(promise, line, target)
    return quantity


def _write(promise: Promise, line: PromiseLine, target: PromisedLine) -> None:
    quota = min(line.quota_quantity, target.quantity)
    line.quantity_open -= target.quantity
    line.quantity -= target.quantity
    line.quota_quantity -= quota
    if line.quantity:
        line.save(update_fields=["quantity", "quantity_open", "quota_quantity"])
    else:
        line.delete()
    row, is_new = PromiseLine.objects.get_or_create(
        promise=promise,
        site=target.site,
        sku=target.sku,
        supply=target.supply,
        defaults={
            "quantity": target.quantity,
            "quantity_open": target.quantity,
            "quota": line.quota,
            "quota_quantity": quota,
            "is_floating": target.is_floating,
            "due_on": target.due_on,
        },
    )
    if not is_new:
        row.quantity += target.quantity
        row.quantity_open += target.quantity
        row.quota_quantity += quota
        row.quota = row.quota or line.quota
        row.save()


def _list_pegged(key: str) -> list[PromiseLine]:
    return _in_order(_list_hanging({key}))


def _list_hanging(keys: Collection[str]) -> QuerySet[PromiseLine]:
    return PromiseLine.objects.filter(
        supply__in=keys, quantity_open__gt=0, promise__state__in=list(STATUS)
    )


def _in_order(lines: QuerySet[PromiseLine]) -> list[PromiseLine]:
    ordered = lines.select_related("promise").order_by(
        "-promise__priority", "promise__created_at", "id"
    )
    return list(ordered[:PEGS_AT_ONCE_MAX])
