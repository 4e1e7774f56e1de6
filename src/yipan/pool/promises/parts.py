"""Parts of a reservation: what of it left with a shipment, what of it is given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from django.db import transaction

from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger_posting
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.several import find_posted
from yipan.pool import book, rules
from yipan.pool.models import Promise, PromiseLine
from yipan.pool.models.promise import PromiseState as State
from yipan.pool.promises.planned import STATUS
from yipan.pool.queries.promises import make_line
from yipan.pool.rules import PromisedLine

CUSTOMER = "customer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Consumed:
    """Goods that left under a promise, or under none that is known; a fact of its `origin`."""

    number: str
    lines: tuple[PromisedLine, ...]
    origin: str
    at: datetime
    trace: Trace
    business_date: date | None = None


def consume(
    *,
    number: str,
    lines: Sequence[PromisedLine],
    origin: str,
    at: datetime,
    trace: Trace,
    business_date: date | None = None,
) -> bool:
    """Book what left under one promise; return whether it is new. See `consume_all`."""
    consumed = Consumed(
        number=number,
        lines=tuple(lines),
        origin=origin,
        at=at,
        trace=trace,
        business_date=business_date,
    )
    return consume_all([consumed]) == 1


@transaction.atomic
def consume_all(consumed: Sequence[Consumed]) -> int:
    """
    Book that goods left to customers, as facts: first what the promises set aside there.

    What left beyond that, or under a promise nobody knows, is taken from what is available,
    though it may fall below zero: the goods did leave. A repeat changes nothing. Return how
    many are new.
    """
    posted = find_posted(book=book.SITE_BOOK, origins=[it.origin for it in consumed])
    new = {it.origin: it for it in consumed if it.origin not in posted}
    numbers = {it.number for it in new.values()} - {""}
    found = Promise.objects.filter(number__in=numbers).order_by("number").select_for_update()
    promises = {promise.number: promise for promise in found}
    by_id = {promise.pk: promise.number for promise in found}
    rows: dict[str, list[PromiseLine]] = {}
    standing = PromiseLine.objects.filter(promise__in=promises.values(), quantity_open__gt=0)
    for row in standing.order_by("promise__number", "id").select_for_update(of=("self",)):
        rows.setdefault(by_id[row.promise_id], []).append(row)
    postings, touched = [], {}
    for it in new.values():
        promise = promises.get(it.number)
        is_standing = promise is not None and promise.state == State.RESERVED
        mine = rows.get(it.number, []) if is_standing else []
        moves = [move for line in rules.sum_lines(it.lines) for move in _take(mine, line)]
        if not moves:
            continue
        postings.append(
            FactPosting(
                origin=it.origin,
                occurred_at=it.at,
                moves=moves,
                trace=it.trace,
                business_date=it.business_date,
            )
        )
        if promise is not None:
            promise.quantity_fulfilled += sum(
                it.quantity for it in moves if it.from_account.endswith(f"/{StockStatus.RESERVED}")
            )
            touched[promise.pk] = (promise, it.at)
    book.post_facts(postings=postings)
    changed = [row for each in rows.values() for row in each]
    PromiseLine.objects.bulk_update(changed, ["quantity_open"], batch_size=1_000)
    for promise, at in touched.values():
        is_open = any(row.quantity_open for row in rows.get(promise.number, []))
        if promise.state in STATUS and not is_open:
            promise.state = State.FULFILLED if promise.quantity_fulfilled else State.RELEASED
            promise.settled_at = at
    Promise.objects.bulk_update(
        [promise for promise, _ in touched.values()], ["quantity_fulfilled", "state", "settled_at"]
    )
    return len(postings)


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
    standing = promise.lines.filter(sku__in={line.sku for line in lines}, quantity_open__gt=0)
    rows = list(standing.select_for_update().order_by("id"))
    given: list[PromisedLine] = []
    for line in rules.sum_lines(lines):
        rest = line.quantity
        same = [row for row in rows if row.sku == line.sku]
        # Sorting is stable: those of the line come first, and among equals the oldest.
        for row in sorted(same, key=partial(_is_elsewhere, line)):
            taken = min(rest, row.quantity_open)
            if taken:
                given.append(rules.take_part(make_line(row), taken))
                row.quantity_open -= taken
                rest -= taken
    if not given:
        return 0
    moves = rules.move_between(
        given, from_status=STATUS[promise.state], to_status=StockStatus.AVAILABLE
    )
    PromiseLine.objects.bulk_update(rows, ["quantity_open"])
    book.post_fact(posting=FactPosting(origin=origin, occurred_at=at, moves=moves, trace=trace))
    _settle(promise, at=at)
    return sum(line.quantity for line in given)


def _take(rows: Sequence[PromiseLine], line: PromisedLine) -> list[Move]:
    """
    Return what one shipped line moves: from what stands promised, beyond it from available.

    The rows know what is left of them; the caller saves them.
    """
    moves: list[Move] = []
    rest = line.quantity
    for row in rows:
        taken = min(rest, row.quantity_open) if _is_of(row, line) else 0
        if taken:
            moves += rules.move_to_customer([rules.take_part(make_line(row), taken)])
            row.quantity_open -= taken
            rest -= taken
    if rest:
        account = rules.get_account(site=line.site, status=StockStatus.AVAILABLE)
        moves.append(Move(sku=line.sku, from_account=account, to_account=CUSTOMER, quantity=rest))
    return moves


def _is_elsewhere(line: PromisedLine, row: PromiseLine) -> bool:
    return not _is_of(row, line)


def _is_of(row: PromiseLine, line: PromisedLine) -> bool:
    return (row.site, row.sku, row.supply) == (line.site, line.sku, line.supply)


def _settle(promise: Promise, *, at: datetime) -> None:
    """Close a promise of which nothing stands any more."""
    if promise.state not in STATUS or promise.lines.filter(quantity_open__gt=0).exists():
        return
    promise.state = State.FULFILLED if promise.quantity_fulfilled else State.RELEASED
    promise.settled_at = at
    promise.save(update_fields=["state", "settled_at"])
