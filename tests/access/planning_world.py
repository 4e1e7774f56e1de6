"""A proposal and an outlook of a site, for the walk over all addresses."""

from __future__ import annotations

from tests.retailer import NOON
from yipan.planning.models import Proposal, StockOutlook


def plan(store: str, *, warehouse: str, quantity: int) -> dict[str, str]:
    """Propose to send goods to a store."""
    proposal = Proposal.objects.create(
        number=f"PP-{store}",
        created_by="planning",
        created_at=NOON,
        changed_at=NOON,
        kind="replenishment",
        sku="TEA-250",
        site=store,
        source=warehouse,
        quantity=quantity,
        order_on=NOON.date(),
        arrives_on=NOON.date(),
        run_number="PR-1",
        reasons={"position": quantity, "target": quantity},
    )
    StockOutlook.objects.create(
        sku="TEA-250",
        site=store,
        run_number="PR-1",
        made_on=NOON.date(),
        method="service_level",
        model="negative_binomial",
        level_milli=1_000,
        intermittent_milli=1_000,
        ratio_milli=1_500,
        horizon=9,
        mean_milli=9_000,
        quantiles=[[950, 14]],
        position=quantity,
        order_below=quantity,
        up_to=quantity,
        chance_out_permille=500,
        overstock=quantity,
        days_of_cover=9,
        value_at_risk_minor=quantity,
    )
    return {"proposals:number": proposal.number}


def make_bodies(number: str) -> dict[str, object]:
    """Return the bodies of operations that decide on proposals and settings."""
    numbers = {"numbers": [number], "reason": "The walk asks for it."}
    return {
        "POST api/v1/planning/proposals/approve": numbers,
        "POST api/v1/planning/proposals/refuse": numbers,
        "POST api/v1/planning/proposals/{number}/choose": {"quantity": 3},
        "PUT api/v1/planning/policies": {"site_type": "store", "terms": {"source": "W1"}},
        "POST api/v1/planning/events": {
            "name": "Tea week",
            "starts_on": "2026-03-02",
            "ends_on": "2026-03-08",
            "percent": 50,
        },
    }
