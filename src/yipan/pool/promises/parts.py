"""Parts of a reservation: what of it left with a shipment, what of it is given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger_posting
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.pool import book, rules
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.planned import STATUS
from yipan.pool.queries.promises import make_line
from yipan.pool.rules import PromisedLine

CUSTOMER = "customer"


@transaction.atomic
def consume(
    *,
    number: str,
    lines: Sequence[PromisedLine],
    origin: str,
    at: datetime,
    trace: Trace,
    business_date: date | None = None,
) -> bool:
    """
    Book that goods left to a customer, as a fact: first what the promise set aside there.

    What left beyond that, or under a promise nobody knows, is taken from what is available,
    though it may fall below zero: the goods did leave. A repeat changes nothing. Return
    whether it is new.
    """
    if ledger.find_posting(book=book.SITE_BOOK, origin=origin) is not None:
        return False
    promise = Promise.objects.select_for_update().filter(number=number).first()
    moves: list[Move] = []
    for line in rules.sum_lines(lines):
        if line.quantity:
            moves += _take(promise, line)
    if not moves:
        return False
    book.post_fact(
        posting=FactPosting(
            origin=origin,
            occurred_at=at,
            moves=moves,
            trace=trace,
            business_date=business_date,
        )
    )
    if promise is not None:
        promise.quantity_fulfilled += sum(
            it.quantity for it in moves if it.from_account.endswith(f"/{StockStatus.RESERVED}")
        )
        promise.save(update_fields=["quantity_fulfilled"])
        _settle(promise, at=at)
    return True


@transaction.atomic
def take_back(*, number: str, origin: str, reversal: str, at: datetime, trace: Trace) -> bool:
    """Undo a shipment that did not leave after all: what it took is promised again."""
    posting = ledger.find_posting(book=book.SITE_BOOK, origin=origin)
    if posting is None or ledger.find_posting(book=book.SITE_BOOK, origin=reversal) is not None:
        return False
    promise = Promise.objects.select_for_update().filter(number=number).first()
    ledger_posting.reverse(
        book=book.SITE_BOOK, origin=origin, reversal=reversal, at=at, trace=trace
    )
    for movement in posting.movements:
        parts = movement.from_account.split("/")
        if promise is None or parts[0] != "on_hand" or parts[-1] != StockStatus.RESERVED:
            continue
        row = promise.lines.get(site=parts[1], sku=movement.sku, supply="")
        row.quantity_open += movement.quantity
        row.save(update_fields=["quantity_open"])
        promise.quantity_fulfilled -= movement.quantity
        promise.save(update_fields=["quantity_fulfilled"])
    if promise is not None and promise.state in {State.FULFILLED, State.RELEASED}:
        promise.state, promise.settled_at = State.RESERVED, None
        promise.save(update_fields=["state", "settled_at"])
    return True


@transaction.atomic
def reduce(
    *, number: str, lines: Sequence[PromisedLine], step: str, at: datetime, trace: Trace
) -> int:
    """
    Give back part of a promise: of each SKU at most what still stands of it.

    First what lies at the site of the line, then what of it moved on to other goods meanwhile.

    `step` names the reason once for all time: a repeat of it gives nothing back. Return how
    much was given back.
    """
    promise = Promise.objects.select_for_update().filter(number=number).first()
    origin = f"promise/{number}/{step}"
    if promise is None or promise.state not in STATUS:
        return 0
    if ledger.find_posting(book=book.SITE_BOOK, origin=origin) is not None:
        return 0
    given: list[PromisedLine] = []
    for line in rules.sum_lines(lines):
        rest = line.quantity
        for row in [*_list_rows(promise, line), *_list_elsewhere(promise, line)]:
            taken = min(rest, row.quantity_open)
            if taken:
                given.append(rules.take_part(make_line(row), taken))
                row.quantity_open -= taken
                row.save(update_fields=["quantity_open"])
                rest -= taken
    if not given:
        return 0
    moves = rules.move_between(
        given, from_status=STATUS[promise.state], to_status=StockStatus.AVAILABLE
    )
    book.post_fact(posting=FactPosting(origin=origin, occurred_at=at, moves=moves, trace=trace))
    _settle(promise, at=at)
    return sum(line.quantity for line in given)


def _take(promise: Promise | None, line: PromisedLine) -> list[Move]:
    """Return what one shipped line moves: from the promise, and beyond it from available."""
    moves: list[Move] = []
    rest = line.quantity
    is_standing = promise is not None and promise.state == State.RESERVED
    for row in _list_rows(promise, line) if promise is not None and is_standing else ():
        taken = min(rest, row.quantity_open)
        if taken:
            moves += rules.move_to_customer([rules.take_part(make_line(row), taken)])
            row.quantity_open -= taken
            row.save(update_fields=["quantity_open"])
            rest -= taken
    if rest:
        account = rules.get_account(site=line.site, status=StockStatus.AVAILABLE)
        moves.append(Move(sku=line.sku, from_account=account, to_account=CUSTOMER, quantity=rest))
    return moves


def _list_rows(promise: Promise, line: PromisedLine) -> list[PromiseLine]:
    query = promise.lines.filter(site=line.site, sku=line.sku, supply=line.supply)
    return list(query.filter(quantity_open__gt=0).select_for_update().order_by("id"))


def _list_elsewhere(promise: Promise, line: PromisedLine) -> list[PromiseLine]:
    query = promise.lines.filter(sku=line.sku, quantity_open__gt=0)
    query = query.exclude(site=line.site, supply=line.supply)
    return list(query.select_for_update().order_by("id"))


def _settle(promise: Promise, *, at: datetime) -> None:
    """Close a promise of which nothing stands any more."""
    if promise.state not in STATUS or promise.lines.filter(quantity_open__gt=0).exists():
        return
    promise.state = State.FULFILLED if promise.quantity_fulfilled else State.RELEASED
    promise.settled_at = at
    promise.save(update_fields=["state", "settled_at"])
