"""Stock work of the demo's stores: goods asked for, and a shelf somebody looked at."""

from __future__ import annotations

from datetime import datetime, timedelta

from yipan.demo.trading import make_id
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.pos.documents import replenishment, store_count
from yipan.pos.documents.replenishment import Need
from yipan.pos.documents.store_count import Seen

MANAGER = Trace(actor="manager", device="S1-1", reason="The shelf is empty by noon.")
CLERK = Trace(actor="clerk", device="S12-1")

#: Store, SKU, quantity: what the stores would like to have.
WISHES = (("S1", "WINE-HJ-500", 24), ("S12", "CHOC-100", 48), ("S12", "BOWL-6", 6))


def work(*, now: datetime) -> None:
    """Ask for what sold out, and count one shelf: one packet less than the book says."""
    at = now - timedelta(minutes=40)
    for site, sku, quantity in WISHES:
        need = Need(site=site, sku=sku, quantity=quantity, need_by=now.date() + timedelta(days=3))
        by = MANAGER if site == "S1" else CLERK
        replenishment.submit(need=need, by=by, at=at, message_id=make_id(f"wish {site} {sku}"))
    book = ledger.list_balances(book="pos:S12", prefix="on_hand/shop_floor/")
    seen = max(book, key=lambda row: (row.quantity, row.sku))
    store_count.look(
        seen=Seen(site="S12", sku=seen.sku, quantity=seen.quantity - 1),
        by=CLERK,
        at=at,
        message_id=make_id("looked at a shelf"),
    )
