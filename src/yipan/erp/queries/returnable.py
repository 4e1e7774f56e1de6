"""Reads of what of a receipt or an order may still be brought back."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.erp.models import CustomerReturn, ReturnedGoods, SalesIssue
from yipan.erp.models.customer_return import CustomerReturnState
from yipan.erp.rules.customer_return import Returnable
from yipan.foundation.refusals import NotFound, Refusal
from yipan.messages.till import ORDER_LINE

ISSUES_MAX = 100


class ReceiptAmbiguous(Refusal):
    """Two stores have a receipt of this number: say which store sold the goods."""

    code = "customer_return.receipt_ambiguous"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A receipt, or an order, with what may still be brought back of each SKU."""

    number: str
    site: str
    currency: str
    lines: tuple[Returnable, ...]


def get_receipt(number: str, *, site: str = "", is_locked: bool = False) -> Receipt:
    """
    Return a receipt by the number printed on it, or an order by its code.

    `site` says which store sold it, where two use the same number. `is_locked` keeps others
    from claiming the same goods until the transaction ends.

    :raises NotFound: if nothing was sold under that number.
    :raises ReceiptAmbiguous: if two stores have one, and no store is named.
    """
    query = SalesIssue.objects.filter(ticket_number=number) | SalesIssue.objects.filter(
        order_number=number
    ).exclude(order_number="")
    if site:
        query = query.filter(site=site)
    if is_locked:
        query = query.select_for_update()
    issues = list(query.order_by("id")[:ISSUES_MAX])
    if not issues:
        raise NotFound(kind="receipt", id=number)
    sites = sorted({issue.site for issue in issues if issue.ticket_number == number})
    if len(sites) > 1:
        raise ReceiptAmbiguous(number=number, sites=sites)
    sold: dict[str, tuple[int, int]] = {}
    for issue in issues:
        for line in issue.lines:
            # What was ordered elsewhere comes back by the order's code, not by this receipt.
            if line["quantity"] > 0 and line["line_type"] != ORDER_LINE:
                quantity, amount = sold.get(line["sku"], (0, 0))
                sold[line["sku"]] = (
                    quantity + line["quantity"],
                    amount + line["amount_minor"],
                )
    returned, claimed = _sum_returned(number), _sum_claimed(number)
    return Receipt(
        number=number,
        site=issues[0].site,
        currency=issues[0].currency,
        lines=tuple(
            Returnable(
                sku=sku,
                quantity_sold=quantity,
                amount_minor=amount,
                quantity_returned=returned.get(sku, 0),
                quantity_claimed=claimed.get(sku, 0),
            )
            for sku, (quantity, amount) in sorted(sold.items())
        ),
    )


def get_return_site(number: str) -> str:
    """
    Return the store of a customer return.

    :raises NotFound: if there is none of this number.
    """
    site = CustomerReturn.objects.filter(number=number).values_list("site", flat=True).first()
    if site is None:
        raise NotFound(kind="customer_return", id=number)
    return str(site)


def _sum_returned(number: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    rows = ReturnedGoods.objects.filter(original_number=number)
    for sku, quantity in rows.values_list("sku", "quantity"):
        sums[sku] = sums.get(sku, 0) + quantity
    return sums


def _sum_claimed(number: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    rows = CustomerReturn.objects.filter(original_number=number, state=CustomerReturnState.CLAIMED)
    for lines in rows.values_list("lines", flat=True):
        for line in lines:
            sums[line["sku"]] = sums.get(line["sku"], 0) + line["quantity"]
    return sums
