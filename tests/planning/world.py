"""A chain of one warehouse and two stores with half a year of sales, told through the books."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from tests import retailer
from tests.retailer import NOON, make_id
from yipan.ledger import months, posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.planning.documents import demand, plan_run, plan_work, policy
from yipan.planning.documents.policy import Scope
from yipan.planning.models import PlanRun, PolicyLayer, Proposal
from yipan.pool.book import SITE_BOOK

PLANNER = Trace(actor="sun.planner", device="office-4")
#: The books' feed settles behind the clock; plans are made of the day it is.
TODAY = datetime.now(tz=UTC)
DAYS = 120
DAY = timedelta(days=1)
#: SKU to what each store sells of it a day.
PACES = {"TEA-250": 4.0, "SOAP-1": 1.5, "MUG-1": 0.4}
STOCK = {"S1": 8, "S12": 40}
WAREHOUSE_TERMS: dict[str, Any] = {
    "source": "SUP-01", "review_days": "135", "service_permille": 950,
}  # fmt: skip
STORE_TERMS: dict[str, Any] = {"source": "W1", "lead_time_days": 2, "case_size": 6}


def open_chain(*, warehouse: int = 900, stores: dict[str, int] | None = None) -> None:
    """Write master data, half a year of sales in the site book, and what there is today."""
    retailer.open_retailer()
    first = TODAY - timedelta(days=DAYS)
    for ahead in range(0, DAYS + 40, 28):
        months.open_months(today=(first + timedelta(days=ahead)).date())
    left = STOCK if stores is None else stores
    facts = []
    for sku, pace in PACES.items():
        if warehouse:
            facts.append(make_fact(f"open/{sku}/W1", first, sku, ("opening", "W1"), warehouse))
        for site in ("S1", "S12"):
            sold = draw_sales(sku, site, pace)
            stock = sum(sold) + left[site]
            facts.append(make_fact(f"open/{sku}/{site}", first, sku, ("opening", site), stock))
            for day, quantity in enumerate(sold):
                at = first + timedelta(days=day, hours=2)
                if quantity:
                    way = (site, "customer")
                    facts.append(make_fact(f"sale/{sku}/{site}/{day}", at, sku, way, quantity))
    posting.post_facts(book=SITE_BOOK, postings=facts)
    set_terms(Scope(site_type="warehouse"), **WAREHOUSE_TERMS)
    set_terms(Scope(site_type="store"), **STORE_TERMS)


def draw_sales(sku: str, site: str, pace: float) -> list[int]:
    """Return what a store sold on each day, the same in every run."""
    chance = Random(f"{sku} {site}")
    return [sum(chance.random() < pace / 20 for _ in range(20)) for _ in range(DAYS)]


def make_fact(
    origin: str, at: datetime, sku: str, way: tuple[str, str], quantity: int
) -> FactPosting:
    """Return one move of the site book between sites or the outside."""
    begin, end = way
    move = Move(sku=sku, from_account=_name(begin), to_account=_name(end), quantity=quantity)
    return FactPosting(origin=origin, occurred_at=at, moves=[move], business_date=at.date())


def post(*facts: FactPosting) -> None:
    """Let something happen in the site book."""
    posting.post_facts(book=SITE_BOOK, postings=list(facts))


def set_terms(scope: Scope, **terms: object) -> PolicyLayer:
    """Decide on the terms of a scope."""
    return policy.save_layer(scope=scope, terms=terms, version=None, by=PLANNER, at=TODAY)


def follow() -> int:
    """Read the book's demand, as far as it is settled."""
    return demand.follow(lag=timedelta(0))


def plan(*, shards: int = 4, executor: str = "serial") -> PlanRun:
    """Make a plan of today and return its run."""
    follow()
    run = plan_run.start(today=TODAY.date(), by=PLANNER, at=TODAY, shards=shards, executor=executor)
    plan_work.carry_out(run, clock=lambda: TODAY)
    run.refresh_from_db()
    return run


def list_open() -> list[tuple[str, str, str, str, int]]:
    """Return the open proposals: kind, SKU, site, source and quantity, by key."""
    rows = Proposal.objects.filter(state="open").order_by("sku", "site", "source")
    return list(rows.values_list("kind", "sku", "site", "source", "quantity"))


def _name(place: str) -> str:
    return f"on_hand/{place}/available" if place in ("W1", "S1", "S12") else place


__all__ = ["NOON", "PLANNER", "TODAY", "list_open", "make_id", "open_chain", "plan", "set_terms"]
