"""Rules of the sales issue (销售出库单).

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Iterable

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.messages.till import ORDER_LINE, TicketLine, get_return_status
from yipan.pool.rules import get_account


def post_sales_issue(*, site: str, lines: Iterable[TicketLine]) -> list[Move]:
    """
    Give sold goods to the customer, and take returned ones (negative quantity) back.

    What was brought back stands in the status its disposition says, as in the store's book.
    What was ordered from elsewhere is paid by the ticket, and leaves by the order's shipment.
    """
    moves = []
    for line in lines:
        if line.quantity == 0 or line.line_type == ORDER_LINE:
            continue
        is_sale = line.quantity > 0
        status = StockStatus.AVAILABLE if is_sale else get_return_status(line.disposition)
        account = get_account(site=site, status=status)
        moves.append(
            Move(
                sku=line.sku,
                from_account=account if is_sale else "customer",
                to_account="customer" if is_sale else account,
                quantity=abs(line.quantity),
            )
        )
    return moves
