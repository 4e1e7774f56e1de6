"""What the hub moves between sites, and what goods cost, for the walk over all addresses."""

from __future__ import annotations

from datetime import timedelta

from tests import retailer
from tests.erp import adjusting, moving
from tests.retailer import BUYER, NOON
from yipan.erp.documents.transfers import allocation
from yipan.erp.documents.value import landed_cost, valuation
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.models import TransferDifference, TrueUp
from yipan.erp.models.valuation import CostBasis, CostType


def move(*, warehouse: str, store: str) -> dict[str, str]:
    """Move goods from the warehouse to the store; one of two does not come."""
    number = moving.release(("MUG-1", 2), from_site=warehouse, to_site=store).number
    shipment, received = f"{warehouse}-SH-1", f"{store}-RC-1"
    moving.ship(number, shipment, ("MUG-1", 2), site=warehouse, ship_to=store)
    moving.take_in(number, received, ("MUG-1", 1, 0), site=store)
    retailer.deliver()
    adjusting.submit(f"{warehouse}-AD-9", ("MUG-1", 1), site=warehouse)
    retailer.deliver()
    return {
        "erp/adjustments:number": f"{warehouse}-AD-9",
        "v1/adjustments:number": f"{warehouse}-AD-9",
        "transfers:number": number,
        "allocations:number": allocation.create(
            wanted=allocation.Wanted(
                from_site=warehouse,
                needs=(allocation.Need(sku="MUG-1", to_site=store, quantity=1),),
            ),
            by=BUYER,
            at=NOON,
        ).number,
        "transfer-shipments:number": shipment,
        "transfer-receipts:number": received,
        "transfer-differences:number": TransferDifference.objects.get(order__number=number).number,
    }


def add_cost(receipt: str) -> str:
    """Pay freight for goods that were received."""
    cost = Cost(
        entity="MAIN",
        cost_type=CostType.FREIGHT,
        basis=CostBasis.VALUE,
        amount_minor=500,
        occurred_on=NOON.date(),
        receipts=(receipt,),
    )
    return landed_cost.create(cost=cost, by=BUYER, at=NOON).number


def value_all(*, telltale: int) -> None:
    """Value everything; true up goods that left too early, one at S12 and many at S1."""
    valuation.value_postings(at=lambda: NOON, lag=timedelta(0))
    TrueUp.objects.create(
        number="TU-2026-000001",
        created_by="system",
        created_at=NOON,
        entity="MAIN",
        origin="goods_receipt/GR/post",
        accounting_date=NOON.date(),
        amount_minor=-telltale,
        lines=[
            {
                "sku": "TEA-250",
                "site": site,
                "cause": "customer",
                "origin": "",
                "quantity": quantity,
                "provisional_minor": 0,
                "actual_minor": quantity,
            }
            for site, quantity in (("S12", 1), ("S1", telltale))
        ],
    )
