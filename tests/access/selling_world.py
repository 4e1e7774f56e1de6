"""A channel, a group of sites, a bundle and a rule, for the walk over all addresses."""

from __future__ import annotations

from collections.abc import Mapping

from tests.retailer import CHECKER, NOON
from yipan.pool.policy import channels, selling_rules
from yipan.pool.policy.selling_rules import NewRule


def open_shop() -> dict[str, str]:
    """Make what belongs to no site."""
    channels.save_group(code="ALL", name="All", sites=["W1", "W2"], by=CHECKER, at=NOON)
    channels.save_channel(
        code="web", fields={"name": "Web shop", "group": "ALL"}, by=CHECKER, at=NOON
    )
    rule = selling_rules.add(rule=NewRule(kind="buffer", channel="web"), by=CHECKER, at=NOON)
    return {
        "channels:code": "web",
        "site-groups:code": "ALL",
        "{service_site}:method": "ship",
        "bundles:bundle": "BAG-1",
        "selling-rules:rule": str(rule),
    }


def make_bodies(warehouse: str) -> Mapping[str, object]:
    """Return the bodies of operations that keep channels and rules."""
    return {
        "PUT api/v1/channels/{code}": {"name": "Web shop", "group": "ALL"},
        "PUT api/v1/site-groups/{code}": {"name": "All", "sites": [warehouse]},
        "PUT api/v1/site-services/{service_site}/{method}": {"capacity": 9},
        "PUT api/v1/bundles/{bundle}": {"parts": [{"sku": "MUG-1", "quantity": 2}]},
        "POST api/v1/selling-rules": {"kind": "buffer", "site": warehouse, "quantity": 1},
    }
