"""Builders for what may be sold: stock at sites, channels, rules and supply."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from tests.masterdata.builders import a_site, a_sku
from yipan.foundation.status import StockStatus
from yipan.ledger import queries as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import records
from yipan.pool import book, supply
from yipan.pool.policy import channels, selling_rules
from yipan.pool.policy.selling_rules import NewRule
from yipan.pool.promises import Ask
from yipan.pool.queries.selling import list_sellable
from yipan.pool.rules import PromisedLine, get_account
from yipan.pool.rules.selling import Measured, Terms
from yipan.pool.supply import Coming

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Hangzhou
TODAY = date(2026, 3, 2)
DESK = Trace(actor="mei.desk")


def open_pool(*skus: str, sites: tuple[str, ...] = ("W1", "S1", "S2")) -> None:
    """Make sites, SKUs, a group of all sites and two channels that sell from it."""
    records.save_sites([a_site(code) for code in sites])
    records.save_skus([a_sku(code) for code in skus or ("SCARF",)], at=NOON)
    channels.save_group(code="EAST", name="East", sites=sites, by=DESK, at=NOON)
    for code in ("web", "app"):
        fields = {"name": code, "group": "EAST"}
        channels.save_channel(code=code, fields=fields, by=DESK, at=NOON)


def bring(sku: str, **sites: int) -> None:
    """Put so much of a SKU on hand at sites."""
    for site, quantity in sites.items():
        shelf = get_account(site=site, status=StockStatus.AVAILABLE)
        move = Move(sku=sku, from_account="supplier", to_account=shelf, quantity=quantity)
        origin = f"in/{sku}/{site}/{ledger.get_quantity(book='erp', account=shelf, sku=sku)}"
        posting = FactPosting(origin=origin, occurred_at=NOON, moves=[move])
        book.post_fact(posting=posting)


def a_rule(kind: str, **fields: Any) -> int:
    """Make a selling rule; return its number."""
    return selling_rules.add(rule=NewRule(kind=kind, **fields), by=DESK, at=NOON)


def tell_coming(quantity: int, expected_on: date | None, *, site: str = "W1") -> None:
    """Say that so many scarves of PO-1 are still to come."""
    coming = Coming(
        document_type="purchase_order",
        number="PO-1",
        site=site,
        sku="SCARF",
        quantity=quantity,
        expected_on=expected_on,
    )
    supply.tell(coming=[coming], by=DESK, at=NOON)


def a_wish(number: str, quantity: int = 1, *, sku: str = "SCARF", **fields: Any) -> Ask:
    """Ask for so much from any site of the web shop."""
    site = fields.pop("site", "")
    wanted: dict[str, Any] = {
        "step": "reserve",
        "number": number,
        "lines": (PromisedLine(site=site, sku=sku, quantity=quantity),),
        "actor": "key:shop",
        "channel": "web",
        "method": "ship",
    }
    return Ask(**(wanted | fields))


def ask(sku: str = "SCARF", *, channel: str = "web", **terms: object) -> Measured:
    """Return what may be sold of a SKU, at noon."""
    found = list_sellable(
        skus=[sku],
        terms=Terms(channel=channel, **terms),  # type: ignore[arg-type]
        at=NOON,
    )
    return found[0]


def list_steps(measured: Measured) -> list[tuple[str, int]]:
    """Return the waterfall of what may be sold: each step and its amount."""
    return [(step.code, step.amount) for step in measured.steps]
