"""What the walk over all addresses needs of a store's order tasks, counts and requests."""

from __future__ import annotations

from collections.abc import Mapping

from tests.retailer import CLERK, NOON, make_id
from yipan.erp.documents.sales import customer_return
from yipan.erp.documents.sales.customer_return import BroughtBack, Claim
from yipan.exchange.subscriptions import Heard
from yipan.messages.oms import FulfillmentLine, FulfillmentReleased
from yipan.pos.documents import fulfillment, replenishment, store_count
from yipan.pos.documents.replenishment import Need
from yipan.pos.documents.store_count import Seen
from yipan.pos.models import StoreDifference

_REVERSE = {"correction_reason": "did_not_occur", "reason": "Nobody did it."}


def work(store: str) -> dict[str, str]:
    """Give a store an order of a customer, a count that differs, and a request."""
    order = fulfillment.release(
        message=FulfillmentReleased(
            message_id=make_id(f"{store} order"),
            occurred_at=NOON,
            fulfillment_number=f"FO-{store}",
            order_number=f"SO-{store}",
            site=store,
            method="pickup",
            lines=(FulfillmentLine(line=1, sku="TEA-250", quantity=1),),
        ),
        heard=Heard(f"oms:hub/orders:{store}", 1, 1, "pos"),
        at=NOON,
    )
    count = store_count.look(
        seen=Seen(site=store, sku="BAG-1", quantity=3),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{store} looked"),
    )
    request = replenishment.submit(
        need=Need(site=store, sku="BAG-1", quantity=5),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{store} request"),
    )
    claimed = customer_return.claim(
        wanted=Claim(
            return_id=make_id(f"{store} claim"),
            site=store,
            original_number=f"{store}-1-000001",
            lines=[BroughtBack(sku="TEA-250", quantity=1, disposition="sellable")],
        ),
        by=CLERK,
        at=NOON,
    )
    return {
        "customer-returns:number": claimed.number,
        "pos/orders:number": order.number,
        "pos/fulfillments:number": order.number,
        "pos/counts:number": count.number,
        "pos/differences:number": StoreDifference.objects.get(site=store, sku="BAG-1").number,
        "pos/requests:number": request.number,
        "returnable:number": "S12-1-000001",
        "replenishment-requests:number": request.number,
    }


def make_bodies(*, store: str, warehouse: str) -> Mapping[str, object]:
    """Return the bodies of a store's operations."""
    return {
        "POST api/v1/pos/fulfillments/{number}/reject": {"reason": "damaged"},
        "POST api/v1/pos/fulfillments/{number}/picks": {"sku": "TEA-250"},
        "POST api/v1/pos/fulfillments/{number}/ship": {"parcels": [{"tracking": "1"}]},
        "POST api/v1/pos/transfers": {
            "site": store,
            "order_number": f"IN-{store}",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
        },
        "POST api/v1/pos/transfers/{number}/reverse": _REVERSE,
        "POST api/v1/pos/adjustments": {
            "site": store,
            "adjustment_type": "scrap",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
        },
        "POST api/v1/pos/adjustments/{number}/reverse": _REVERSE,
        "POST api/v1/pos/stock-openings/{number}/reverse": _REVERSE,
        "POST api/v1/pos/moves": {
            "site": store,
            "from_place": "backroom",
            "to_place": "shop_floor",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
        },
        "POST api/v1/pos/requests": {"site": store, "sku": "TEA-250", "quantity": 1},
        "POST api/v1/pos/days": {
            "till": f"{store}-1",
            "business_date": "2026-03-02",
            "counted": [],
        },
        "POST api/v1/pos/cash": {
            "till": f"{store}-1",
            "cash_type": "float",
            "amount_minor": 100,
        },
        "POST api/v1/replenishment-requests/order": {
            "from_site": warehouse,
            "requests": [{"number": f"RQ-{store}-2026-000001", "quantity": 1}],
        },
        "POST api/v1/customer-returns": {
            "return_id": str(make_id(f"{store} return")),
            "site": store,
            "original_number": "S12-1-000001",
            "lines": [{"sku": "TEA-250", "quantity": 1, "disposition": "sellable"}],
        },
        "POST api/v1/pos/counts": {"site": store, "sku": "TEA-250", "quantity": 1},
        "POST api/v1/pos/counts/{number}/record": {"quantity": 1},
    }
