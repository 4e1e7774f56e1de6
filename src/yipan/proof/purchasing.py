"""Prove what is bought: orders say what receipts say, and the supplier's account adds up."""

from __future__ import annotations

from yipan.erp.queries.purchase_orders import list_quantities_on_order
from yipan.erp.queries.purchase_totals import sum_received, sum_returned, walk_order_totals
from yipan.foundation.findings import Finding
from yipan.ledger.queries import BALANCES_MAX, list_balances

ON_ORDER = "proof.on_order_is_what_is_open"
SUPPLIERS = "proof.supplier_account_is_receipts_less_returns"
HUB_BOOK = "erp"
ACCOUNT = "supplier"


def prove_on_order() -> Finding:
    """
    Hold what each line of an order says came against the sum of its receipts.

    What is on order follows from that figure, so it is what is open exactly when they agree.
    """
    wrong, count = [], 0
    for total in walk_order_totals():
        count += 1
        if total.quantity_line != total.quantity_receipts:
            wrong.append(total)
    negative = [key for key, quantity in list_quantities_on_order().items() if quantity <= 0]
    detail = f"{count} order lines compared"
    if wrong:
        first = wrong[0]
        detail = (
            f"order {first.order}, SKU {first.sku}: the line says {first.quantity_line} came, and "
            f"its receipts {first.quantity_receipts}"
        )
    elif negative:
        detail = f"site {negative[0][0]}, SKU {negative[0][1]}: less than nothing is on order"
    return Finding(
        check=ON_ORDER,
        ok=not wrong and not negative,
        detail=detail,
        count=len(wrong) + len(negative),
        examined=count,
    )


def prove_supplier_account() -> Finding:
    """Hold the account of the suppliers in the site book against receipts less returns, by SKU."""
    received, returned = sum_received(), sum_returned()
    skus = received.keys() | returned.keys()
    booked = _read_book(set(skus))
    wrong = [
        (sku, booked.get(sku, 0), returned.get(sku, 0) - received.get(sku, 0))
        for sku in sorted(skus | booked.keys())
        if booked.get(sku, 0) != returned.get(sku, 0) - received.get(sku, 0)
    ]
    detail = f"{len(skus)} SKUs compared"
    if wrong:
        sku, book, documents = wrong[0]
        detail = f"SKU {sku}: the book says {book}, and receipts and returns {documents}"
    return Finding(
        check=SUPPLIERS, ok=not wrong, detail=detail, count=len(wrong), examined=len(skus)
    )


def _read_book(skus: set[str]) -> dict[str, int]:
    """Return the balance of the account by SKU; one by one where one answer does not hold all."""
    rows = list_balances(book=HUB_BOOK, prefix=ACCOUNT)
    if len(rows) == BALANCES_MAX:
        rows = [
            row
            for sku in sorted(skus | {row.sku for row in rows})
            for row in list_balances(book=HUB_BOOK, sku=sku, prefix=ACCOUNT)
        ]
    return {row.sku: row.quantity for row in rows if row.account == ACCOUNT}
