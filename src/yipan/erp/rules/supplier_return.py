"""Rules of the supplier return (采购退货单): what is posted, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from yipan.erp.rules.transfer_order import SentLine
from yipan.ledger.moves import Move
from yipan.pool.rules import get_account

#: Codes of what a person should know about a shipment that was booked all the same.
RETURN_UNKNOWN = "supplier_return.unknown"
RETURN_NOT_RELEASED = "supplier_return.not_released"
RETURN_OTHER_SITE = "supplier_return.other_site"
RETURN_SKU_NOT_ASKED = "supplier_return.sku_not_asked"
RETURN_MORE_THAN_ASKED = "supplier_return.more_than_asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnProgress:
    """How much of one SKU should go back, and how much has left."""

    sku: str
    quantity: int
    quantity_shipped: int = 0


def post_return_shipment(*, site: str, lines: Iterable[SentLine]) -> list[Move]:
    """Give goods back to the supplier, out of the status they stood in at the site."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(site=site, status=line.status),
            to_account="supplier",
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity > 0
    ]


def get_return_state(*, lines: Sequence[ReturnProgress], is_last: bool) -> str:
    """Return the state of a return after a shipment: the last one closes what is still open."""
    if all(line.quantity_shipped >= line.quantity for line in lines):
        return "shipped"
    if is_last:
        return "closed"
    return "partly_shipped" if any(line.quantity_shipped for line in lines) else "to_ship"
