"""Bodies of operations that name a site, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.access import (
    buying_world,
    counting_world,
    planning_world,
    selling_world,
    store_world,
    warehouse_world,
)
from tests.access.addresses import Values
from tests.retailer import NOON, make_id

GOODS = {"sku": "TEA-250", "quantity": 1}


def make_bodies(values: Values) -> Mapping[str, object]:
    """
    Return the bodies of operations that name a site, or would fail before their object.

    What an operation needs none for gets an empty object.
    """
    warehouse, store = values["warehouses:site"], values["stores:site"]
    return {
        **planning_world.make_bodies(values["proposals:number"]),
        **store_world.make_bodies(store=store, warehouse=warehouse),
        **counting_world.make_bodies(store=store, warehouse=warehouse),
        **warehouse_world.make_bodies(warehouse, inbound_order=values["inbound-orders:number"]),
        **buying_world.make_bodies(warehouse, values["purchase-orders:number"]),
        **selling_world.make_bodies(warehouse),
        **_for_the_hub(warehouse, store, receipt=values["goods-receipts:number"]),
        **_for_a_warehouse(values),
        **_for_a_store(store),
        **_for_promises(warehouse),
        **_for_many(warehouse),
        "POST api/v1/cases/{number}/choose": {"cause": "theft"},
        "POST api/v1/cases/{number}/correct": {"document": "AD-1", "quantity": 1},
        "POST api/v1/observations": {"site": store, "as_of_sequence": 1, "lines": [GOODS]},
        "POST api/v1/sources/{source}/resend": {"first": 1, "last": 1},
        "POST api/v1/sources/{source}/digests/settle": {
            "id": int(values["comparisons:comparison_id"]),
            "reason": "Known.",
        },
        "POST api/v1/alterations/{alteration_id}/settle": {"reason": "Looked at."},
    }


def _for_the_hub(warehouse: str, store: str, *, receipt: str) -> Mapping[str, object]:
    order = {"site": warehouse, "supplier": "SUP-01", "lines": [GOODS]}
    transfer = {"from_site": warehouse, "to_site": store, "lines": [GOODS]}
    needs = {"from_site": warehouse, "needs": [{**GOODS, "to_site": store}]}
    return {
        "POST api/v1/purchase-orders": order,
        "PUT api/v1/purchase-orders/{number}": {**order, "version": 1},
        "POST api/v1/landed-costs": {
            "entity": "MAIN",
            "cost_type": "freight",
            "amount_minor": 500,
            "occurred_on": "2026-03-02",
            "receipts": [receipt],
        },
        "PUT api/v1/legal-entities/{code}": {"name": "Main company"},
        "POST api/v1/transfers": transfer,
        "PUT api/v1/transfers/{number}": {**transfer, "version": 1},
        "POST api/v1/allocations": needs,
        "POST api/v1/allocations/shares": needs,
        "POST api/v1/adjustments": {
            "site": warehouse,
            "adjustment_type": "scrap",
            "reason": "Broken.",
            "lines": [GOODS],
        },
        "POST api/v1/adjustments/{number}/decide": {"decision": "approve"},
        "POST api/v1/adjustment-limit-changes": {
            "role": "inventory_controller",
            "quantity_max": 1,
            "reason": "The audit asks.",
        },
        "POST api/v1/adjustment-limit-changes/{number}/reject": {"reason": "No."},
        "POST api/v1/transfer-differences/{number}/assign": {"owner": "zhao"},
        "POST api/v1/transfer-differences/{number}/settle": {
            "lines": [{"sku": "MUG-1", "quantity": 1, "outcome": "write_off"}]
        },
        "PUT api/v1/promotions/{promotion}": {"kind": "percent", "name": "Tea", "percent": 5},
    }


def _for_a_warehouse(values: Values) -> Mapping[str, object]:
    site, parcel = values["warehouses:site"], values["parcels:number"]
    shift = {**GOODS, "from_bin": "RECV-01", "to_bin": "A-01-01"}
    reversal = {"correction_reason": "incorrect_data", "reason": "Another order."}
    return {
        "POST api/v1/receipts": {
            "site": site,
            "inbound_order_number": values["inbound-orders:number"],
            "lines": [{"sku": "TEA-250", "quantity_sound": 1}],
        },
        "POST api/v1/receipts/{number}/reverse": reversal,
        "POST api/v1/warehouse-openings": {"site": site, "lines": [{**GOODS, "bin": "RECV-01"}]},
        "POST api/v1/warehouse-openings/{number}/reverse": reversal,
        "POST api/v1/pallets": {"site": site},
        "POST api/v1/loads": {"site": site, "carrier": "SF"},
        "POST api/v1/waves": {"site": site},
        "PUT api/v1/warehouses/{site}/pick-faces": {"rows": []},
        "POST api/v1/move-tasks/{number}/finish": {"to_bin": "A-01-01"},
        "POST api/v1/loads/{number}/put-on": {"parcel": parcel},
        "POST api/v1/loads/{number}/take-off": {"parcel": parcel},
        "POST api/v1/parcels/{number}/bind": {"tracking": "SF1"},
        "POST api/v1/bin-moves": {"site": site, "lines": [shift]},
    }


def _for_a_store(store: str) -> Mapping[str, object]:
    device = str(make_id(f"{store} device"))
    ticket = {
        "site": store,
        "till": f"{store}-1",
        "message_id": str(make_id("a ticket")),
        "lines": [GOODS],
    }
    return {
        "POST api/v1/tickets": ticket,
        "POST api/v1/tickets/batch": {"tickets": [ticket]},
        "POST api/v1/store-openings": {"site": store, "lines": [GOODS]},
        "POST api/v1/tills/{till}/devices": {"device": device},
        "POST api/v1/tills/{till}/report": {"device": device, "last_sequence": 0},
        "POST api/v1/tills/{till}/tickets": {"tickets": [_number_ticket()]},
        "POST api/v1/tills/{till}/import": {"tickets": [_number_ticket()]},
        "POST api/v1/tills/{till}/events": {"events": [_tell_event()]},
        "POST api/v1/tills/{till}/seals": {
            "seal_id": device,
            "epoch": 1,
            "last_sequence": 0,
            "business_date": "2026-03-02",
            "device_at": "2026-03-02T12:00:00Z",
        },
        "POST api/v1/store-orders": {"external_id": device, "site": store, "lines": [GOODS]},
    }


def _for_promises(site: str) -> Mapping[str, object]:
    wanted = {"lines": [{**GOODS, "site": site}]}
    return {"POST api/v1/holds": wanted, "POST api/v1/reservations": wanted}


def _for_many(site: str) -> Mapping[str, object]:
    """Return the bodies of operations on many objects at once."""
    many = {"lines": [{"id": "1"}]}
    return {
        "POST api/v1/sites/bulk": {"rows": [{"code": site}]},
        "POST api/v1/sites/{site}/bins/bulk": {"rows": [{"code": "RECV-01", "zone": "RECV"}]},
        "POST api/v1/levels/query": {"lines": [{"id": "1", "sku": "TEA-250", "site": site}]},
        "POST api/v1/bulk-jobs": {"operation": "steps", **many},
        "POST api/v1/documents/steps": many,
        **{
            f"POST api/v1/{kind}/bulk": many
            for kind in ("purchase-orders", "transfers", "allocations", "adjustments")
        },
    }


def _number_ticket() -> dict[str, object]:
    return {
        "message_id": str(make_id("numbered")),
        "epoch": 1,
        "sequence": 1,
        "device_at": NOON.isoformat(),
    }


def _tell_event() -> dict[str, object]:
    return {
        "event_id": str(make_id("event")),
        "event_type": "drawer",
        "occurred_at": NOON.isoformat(),
        "actor": "chen.clerk",
    }
