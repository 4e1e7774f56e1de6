"""A channel, a group of sites, a bundle and a rule, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.retailer import CHECKER, NOON, make_id
from yipan.channels.documents import publication, webhook
from yipan.channels.documents.publication import Manner
from yipan.channels.queries import webhooks
from yipan.oms.documents import order, order_return
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.documents.order_return import BroughtBack, CameBack
from yipan.oms.queries import orders
from yipan.pool.policy import channels, selling_rules
from yipan.pool.policy.selling_rules import NewRule


def buy(warehouse: str) -> dict[str, str]:
    """Buy a piece that only one warehouse may send."""
    channel = f"only-{warehouse}"
    channels.save_group(code=warehouse, name=warehouse, sites=[warehouse], by=CHECKER, at=NOON)
    channels.save_channel(
        code=channel, fields={"name": channel, "group": warehouse}, by=CHECKER, at=NOON
    )
    taken = order.take(
        bought=Bought(
            channel=channel,
            external_id="1",
            lines=(BoughtLine(sku="TEA-250", quantity=1),),
        ),
        by=CHECKER,
        at=NOON,
        message_id=make_id(f"{warehouse} bought"),
    )
    [part] = orders.get_order(taken.number).fulfillments
    came = CameBack(
        order=taken.number,
        document="RC-9",
        site=warehouse,
        lines=(BroughtBack(sku="TEA-250", quantity=1),),
    )
    returned = order_return.take_back(came=came, by=CHECKER, at=NOON)
    assert returned is not None
    return {
        "orders:number": taken.number,
        "fulfillments:number": part.number,
        "order-returns:number": returned.number,
    }


def open_shop() -> dict[str, str]:
    """Make what belongs to no site."""
    channels.save_group(code="ALL", name="All", sites=["W1", "W2"], by=CHECKER, at=NOON)
    channels.save_channel(
        code="web", fields={"name": "Web shop", "group": "ALL"}, by=CHECKER, at=NOON
    )
    publication.save(channel="web", manner=Manner(), by=CHECKER, at=NOON)
    hook = webhook.create(
        channel="web",
        url="https://shop.example.com/stock",
        new_id=make_id("webhook"),
        by=CHECKER,
        at=NOON,
    )
    webhook.test(code=hook.code, message_id=make_id("rung"), by=CHECKER, at=NOON)
    [rung] = webhooks.list_deliveries(webhook=hook.code)
    channels.save_bundle(bundle="BAG-1", parts={"MUG-1": 1}, by=CHECKER, at=NOON)
    rule = selling_rules.add(rule=NewRule(kind="buffer", channel="web"), by=CHECKER, at=NOON)
    return {
        "channels:code": "web",
        "webhooks:webhook": hook.code,
        "deliveries:delivery": str(rung.id),
        "site-groups:code": "ALL",
        "groups:code": "ALL",
        "{service_site}:method": "ship",
        "days:day": "2027-01-01",
        "bundles:bundle": "BAG-1",
        "selling-rules:rule": str(rule),
        "rules:rule": str(rule),
    }


def make_bodies(warehouse: str) -> Mapping[str, object]:
    """Return the bodies of operations that keep channels and rules."""
    return {
        "PUT api/v1/channels/{code}": {"name": "Web shop", "group": "ALL"},
        "PUT api/v1/site-groups/{code}": {"name": "All", "sites": [warehouse]},
        "PUT api/v1/site-services/{service_site}/{method}": {"capacity": 9},
        "PUT api/v1/site-hours/{service_site}": {
            "week": [{"weekday": 0, "opens_at": "09:00", "closes_at": "18:00"}]
        },
        "PUT api/v1/site-hours/{service_site}/days/{day}": {"reason": "New year"},
        "POST api/v1/orders/{number}/move-pickup": {"site": warehouse},
        "PUT api/v1/bundles/{bundle}": {"parts": [{"sku": "MUG-1", "quantity": 2}]},
        "POST api/v1/reservations/{number}/move": {
            "lines": [{"sku": "TEA-250", "quantity": 1, "site": warehouse}]
        },
        "POST api/v1/orders": {
            "channel": "web",
            "external_id": "9",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
            "method": "pickup",
            "pickup_site": warehouse,
        },
        "POST api/v1/orders/bulk": {
            "rows": [
                {
                    "channel": "web",
                    "external_id": "10",
                    "lines": [{"sku": "TEA-250", "quantity": 1}],
                    "method": "pickup",
                    "pickup_site": warehouse,
                }
            ]
        },
        "PUT api/v1/channels/{code}/publication": {"step_quantity": 5},
        "POST api/v1/webhooks": {"channel": "web", "url": "https://shop.example.com/other"},
        "POST api/v1/webhooks/{webhook}/send-after": {"after": 0},
        "POST api/v1/orders/{number}/reduce": {"lines": [{"line": 1, "quantity": 0}]},
        "POST api/v1/orders/{number}/cancel-day": {"cancel_on": None},
        "POST api/v1/orders/{number}/notes": {"text": "Looked at."},
        "POST api/v1/orders/{number}/returns": {"lines": [{"sku": "TEA-250", "quantity": 1}]},
        "POST api/v1/order-returns/{number}/refund": {"amount_minor": 1, "reference": "A-1"},
        "POST api/v1/sourcing/plan": {
            "channel": "web",
            "external_id": "9",
            "lines": [{"sku": "TEA-250", "quantity": 1}],
        },
        "POST api/v1/sourcing/shadow": {
            "since": "2026-01-01T00:00:00Z",
            "until": "2027-01-01T00:00:00Z",
        },
        "PUT api/v1/sourcing/rules": {"channel": "web", "version": 0, "preset": "fastest"},
        "POST api/v1/selling-rules": {"kind": "buffer", "site": warehouse, "quantity": 1},
    }
