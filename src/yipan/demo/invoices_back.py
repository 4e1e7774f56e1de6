"""
What customers of real invoices took back (取消与退货): canceled while it is there, returned after.

What has left comes back to the warehouse that sent it by the doors a customer's return has: it is
announced, received, put away and refunded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from yipan.documents.models import TrailStep
from yipan.exchange import delivery
from yipan.ledger.moves import Trace
from yipan.oms.documents import order_change, order_return
from yipan.oms.documents.order_return import Announced, BroughtBack
from yipan.oms.models import ChannelOrder, FulfillmentLine, OrderLine, OrderReturn
from yipan.oms.models.order import STATES_OPEN
from yipan.simulate.invoices import Invoice
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.stock import bin_move
from yipan.wms.rules import Counted, Shifted

#: Customer and product to the numbers of the orders they were bought with, the newest last.
Placed = Mapping[tuple[str, str], Sequence[str]]

CUSTOMER_RETURN: Final = "customer_return"


def make_id(name: str) -> UUID:
    """Return the id of something the replay does; the same name, the same id."""
    return uuid5(NAMESPACE_URL, f"yipan:online-retail/{name}")


def find_done() -> frozenset[str]:
    """Return the numbers of the invoices that took something back in an earlier run."""
    edits = TrailStep.objects.filter(document_type="channel_order", step="edit")
    names = OrderReturn.objects.values_list("external_id", flat=True)
    return frozenset(edits.values_list("reason", flat=True)) | {it.split(" ")[0] for it in names}


@transaction.atomic
def take_back(
    invoice: Invoice, placed: Placed, *, buyer: Trace, worker: Trace, to_bin: str
) -> None:
    """
    Cancel what a customer takes back as far as it is there; the rest comes back.

    All or nothing of an invoice, what sites do with it included: a run that was killed goes on
    with it as if it had not begun.
    """
    late = _cancel(invoice, placed, by=buyer)
    _book_returns(invoice, placed, late, by=worker, to_bin=to_bin)


def _cancel(invoice: Invoice, placed: Placed, *, by: Trace) -> dict[str, int]:
    """
    Take less of what has not left, the newest order first.

    Return product to what is left to take back.
    """
    left = {line.product: line.quantity for line in invoice.lines}
    of: dict[str, list[str]] = {}
    for product in left:
        for number in placed.get((invoice.customer, product), []):
            of.setdefault(number, []).append(product)
    for number in sorted(of, reverse=True):
        asked = {it: left[it] for it in of[number] if left[it] > 0}
        for product, less in _reduce(number, asked, invoice, by=by).items():
            left[product] -= less
    return {product: quantity for product, quantity in left.items() if quantity}


def _book_returns(
    invoice: Invoice, placed: Placed, late: Mapping[str, int], *, by: Trace, to_bin: str
) -> None:
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


def _reduce(
    number: str, asked: Mapping[str, int], invoice: Invoice, *, by: Trace
) -> dict[str, int]:
    """Take so much less of some products of an order; return how much of it had not left."""
    order = ChannelOrder.objects.get(number=number)
    if order.state not in STATES_OPEN or not asked:
        return {}
    less: dict[str, int] = {}
    wanted: dict[int, int] = {}
    for line in order.lines.filter(sku__in=asked):
        now = line.quantity - line.quantity_canceled - line.quantity_cut
        less[line.sku] = max(0, min(asked[line.sku], now - line.quantity_shipped))
        wanted[line.line] = now - less[line.sku]
    if not any(less.values()):
        return {}
    order_change.reduce(
        number=number,
        wanted=wanted,
        by=Trace(actor=by.actor, reason=invoice.number),
        at=invoice.placed_at,
        message_id=make_id(f"{invoice.number} {number}"),
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
