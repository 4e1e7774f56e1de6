"""Rules of the goods receipt (收货单): how an order moves on, and what is posted.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.messages.wms import ReceivedLine
from yipan.pool.rules import get_account

#: Codes of what a person should know about a receipt that was booked all the same.
TOLERANCE_EXCEEDED = "receipt.tolerance_exceeded"
SKU_NOT_ORDERED = "receipt.sku_not_ordered"
ORDER_UNKNOWN = "receipt.order_unknown"
ORDER_NOT_OPEN = "receipt.order_not_open"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineProgress:
    """
    How far one line of a purchase order (采购订单行) has come.

    `quantity_received` counts everything put down, the damaged and the blocked included.
    `quantity_max` is the most that may come, `quantity_enough` the least that makes the line
    complete (`is_closed`); None leaves the first to the order's tolerance, the second at all of it.
    """

    sku: str
    quantity_ordered: int
    quantity_received: int = 0
    quantity_damaged: int = 0
    quantity_blocked: int = 0
    quantity_max: int | None = None
    quantity_enough: int | None = None
    is_closed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Warned:
    """Something about a booked document that a person should look at."""

    code: str
    sku: str = ""
    quantity: int = 0


def get_quantity_open(line: LineProgress) -> int:
    """Return what is still to come of a line; never below zero, whatever came too much."""
    return 0 if line.is_closed else max(0, line.quantity_ordered - line.quantity_received)


def is_enough(line: LineProgress) -> bool:
    """Tell whether a line came short, but by no more than its tolerance."""
    if line.quantity_enough is None:
        return False
    return line.quantity_enough <= line.quantity_received < line.quantity_ordered


def receive_lines(
    *, progress: Sequence[LineProgress], lines: Iterable[ReceivedLine]
) -> list[LineProgress]:
    """Return the lines of an order after a receipt, in their order, ordered SKUs only."""
    came = {line.sku: [0, 0, 0] for line in progress}
    for line in lines:
        if line.sku in came:
            sums = came[line.sku]
            waiting = line.quantity_blocked + line.quantity_quarantine
            sums[0] += line.quantity_sound + line.quantity_damaged + waiting
            sums[1] += line.quantity_damaged
            sums[2] += line.quantity_blocked
    after = [
        replace(
            line,
            quantity_received=line.quantity_received + came[line.sku][0],
            quantity_damaged=line.quantity_damaged + came[line.sku][1],
            quantity_blocked=line.quantity_blocked + came[line.sku][2],
        )
        for line in progress
    ]
    return [replace(line, is_closed=is_enough(line)) for line in after]


def take_back_lines(
    *, progress: Sequence[LineProgress], lines: Iterable[ReceivedLine]
) -> list[LineProgress]:
    """Return the lines of an order after a receipt of it was reversed, in their order."""
    came = {
        line.sku: line
        for line in receive_lines(
            progress=[LineProgress(sku=line.sku, quantity_ordered=0) for line in progress],
            lines=lines,
        )
    }
    after = [
        replace(
            line,
            quantity_received=line.quantity_received - came[line.sku].quantity_received,
            quantity_damaged=line.quantity_damaged - came[line.sku].quantity_damaged,
            quantity_blocked=line.quantity_blocked - came[line.sku].quantity_blocked,
        )
        for line in progress
    ]
    return [replace(line, is_closed=is_enough(line)) for line in after]


def get_reopened_state(*, progress: Sequence[LineProgress]) -> str:
    """Return the state of an order after one of its receipts was reversed."""
    if all(get_quantity_open(line) == 0 for line in progress):
        return "received"
    return "partly_received" if any(line.quantity_received for line in progress) else "sent"


def get_order_state(*, progress: Sequence[LineProgress], is_last: bool) -> str:
    """Return the state of an order after a receipt: the last one closes what is still open."""
    if all(get_quantity_open(line) == 0 for line in progress):
        return "received"
    return "closed_short" if is_last else "partly_received"


def get_quantity_allowed(*, quantity: int, tolerance_percent: int) -> int:
    """Return the most that may come of a line before it is too much, in whole units."""
    assert quantity >= 0
    assert tolerance_percent >= 0
    return quantity + quantity * tolerance_percent // 100


def find_receipt_warnings(
    *, progress: Sequence[LineProgress], lines: Iterable[ReceivedLine], tolerance_percent: int
) -> list[Warned]:
    """Return what a person should know of a receipt, given the order's lines *after* it."""
    after = {line.sku: line for line in progress}
    found = []
    for sku in dict.fromkeys(line.sku for line in lines):
        ordered = after.get(sku)
        if ordered is None:
            found.append(Warned(code=SKU_NOT_ORDERED, sku=sku))
            continue
        allowed = ordered.quantity_max
        if allowed is None:
            allowed = get_quantity_allowed(
                quantity=ordered.quantity_ordered, tolerance_percent=tolerance_percent
            )
        surplus = ordered.quantity_received - allowed
        if surplus > 0:
            found.append(Warned(code=TOLERANCE_EXCEEDED, sku=sku, quantity=surplus))
    return found


def post_goods_receipt(
    *, site: str, lines: Iterable[ReceivedLine], order_type: str = "purchase"
) -> list[Move]:
    """Bring goods on hand in the status the warehouse put them in, so that both books agree."""
    from_account = "customer" if order_type == "customer_return" else "supplier"
    moves = []
    for line in lines:
        for status, quantity in (
            (StockStatus.AVAILABLE, line.quantity_sound),
            (StockStatus.QUARANTINE, line.quantity_quarantine),
            (StockStatus.DAMAGED, line.quantity_damaged),
            (StockStatus.BLOCKED, line.quantity_blocked),
        ):
            assert quantity >= 0
            if quantity > 0:
                moves.append(
                    Move(
                        sku=line.sku,
                        from_account=from_account,
                        to_account=get_account(site=site, status=status),
                        quantity=quantity,
                    )
                )
    return moves
