"""
What customers of real invoices took back (取消与退货): canceled while it is there, returned after.

What has left comes back to the warehouse that sent it by the doors a customer's return has: it is
announced, received, put away and refunded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.oms.documents import order_change, order_return
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.models import FulfillmentLine, OrderLine
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries import orders
from yipan.simulate.invoices import Invoice
from yipan.wms.documents import bin_move, receipt
from yipan.wms.documents.receipt import Opening
from yipan.wms.rules import Counted, Shifted

#: Customer and product to the numbers of the orders they were bought with, the newest last.
Placed = Mapping[tuple[str, str], Sequence[str]]

CUSTOMER_RETURN: Final = "customer_return"


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """Returns that were booked: how many documents, and how many pieces."""

    documents: int
    pieces: int


def make_id(name: str) -> UUID:
    """Return the id of something the replay does; the same name, the same id."""
    return uuid5(NAMESPACE_URL, f"yipan:online-retail/{name}")


def cancel(invoice: Invoice, placed: Placed, *, by: Trace) -> dict[str, int]:
    """
    Take less of what has not left, the newest order first.

    Return product to what is left to take back. `by` is the buyer.
    """
    late: dict[str, int] = {}
    for line in invoice.lines:
        left = line.quantity
        for number in reversed(placed.get((invoice.customer, line.product), [])):
            if left > 0:
                left -= _reduce(number, line.product, left, invoice, by=by)
        if left:
            late[line.product] = left
    return late


def book_returns(
    invoice: Invoice, placed: Placed, late: Mapping[str, int], *, by: Trace, to_bin: str
) -> Booked:
    """
    Let what has left come back, the newest order first: one return per order and warehouse.

    Returned goods are sound and lie in `to_bin` at the end. Nothing comes back twice.
    """
    coming: dict[tuple[str, str], dict[str, int]] = {}
    for product, quantity in late.items():
        left = quantity
        for number in reversed(placed.get((invoice.customer, product), [])):
            for site, back in _list_returnable(number, product, left, coming):
                mine = coming.setdefault((number, site), {})
                mine[product] = mine.get(product, 0) + back
                left -= back
            if left <= 0:
                break
    for (number, site), lines in sorted(coming.items()):
        _return(invoice, number, site, lines, by=by, to_bin=to_bin)
    return Booked(
        documents=len(coming), pieces=sum(sum(lines.values()) for lines in coming.values())
    )


def _reduce(number: str, sku: str, quantity: int, invoice: Invoice, *, by: Trace) -> int:
    """Take some of a line back; return how many pieces of it had not left."""
    found = orders.get_order(number)
    if found.state not in STATES_OPEN:
        return 0
    [line] = [it for it in found.lines if it.sku == sku]
    row = OrderLine.objects.get(order__number=number, line=line.line)
    wanted = line.quantity - line.quantity_canceled - row.quantity_cut
    less = min(quantity, wanted - line.quantity_shipped)
    if less <= 0:
        return 0
    order_change.reduce(
        number=number,
        wanted={line.line: wanted - less},
        by=Trace(actor=by.actor, reason=invoice.number),
        at=invoice.placed_at,
        message_id=make_id(f"{invoice.number} {number} {sku}"),
    )
    # What the site does with it is heard before the customer says anything else.
    delivery.deliver_pending()
    return less


def _list_returnable(
    number: str, sku: str, quantity: int, coming: Mapping[tuple[str, str], Mapping[str, int]]
) -> list[tuple[str, int]]:
    """Return from which warehouses so much of an order's product was sent, and did not return."""
    line = OrderLine.objects.get(order__number=number, sku=sku)
    before = sum(lines.get(sku, 0) for (order, _site), lines in coming.items() if order == number)
    left = min(quantity, line.quantity_shipped - line.quantity_returned - before)
    found = []
    for row in FulfillmentLine.objects.filter(order_line=line).select_related("fulfillment"):
        back = min(left, row.quantity_shipped)
        if back > 0:
            found.append((row.fulfillment.site, back))
            left -= back
    return found


def _return(
    invoice: Invoice,
    number: str,
    site: str,
    lines: Mapping[str, int],
    *,
    by: Trace,
    to_bin: str,
) -> None:
    """Announce a return, take it in, put it away and write down what was paid back."""
    at, key = invoice.placed_at, f"{invoice.number} {number} {site}"
    announced = Announced(
        order=number,
        lines=tuple(BroughtBack(sku=sku, quantity=n) for sku, n in sorted(lines.items())),
        site=site,
        reason="canceled after it had left",
        external_id=key,
    )
    made = order_return.announce(announced=announced, by=by, at=at)
    came = receipt.receive(
        opening=Opening(
            site=site, order_type=CUSTOMER_RETURN, partner_document=number, external_id=key
        ),
        counted=[
            Counted(sku=sku, quantity_sound=n, quantity_damaged=0)
            for sku, n in sorted(lines.items())
        ],
        is_last=True,
        by=by,
        at=at,
        message_id=make_id(f"back {key}"),
    )
    bin_move.post(
        site=site,
        shifts=[
            Shifted(sku=sku, from_bin=came.bin_code, to_bin=to_bin, quantity=n)
            for sku, n in sorted(lines.items())
        ],
        by=by,
        at=at,
    )
    delivery.deliver_pending()
    amounts = {line.product: (line.amount_minor, line.quantity) for line in invoice.lines}
    paid = sum(
        amount * lines[sku] // quantity
        for sku, (amount, quantity) in amounts.items()
        if sku in lines
    )
    order_return.refund(
        number=made.number, amount_minor=paid, reference=invoice.number, by=by, at=at
    )
