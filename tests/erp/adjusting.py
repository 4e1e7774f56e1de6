"""Sites that tell of adjustments, played by messages."""

from __future__ import annotations

from typing import Any

from tests.erp.moving import tell
from tests.retailer import NOON, make_id
from yipan.ledger.moves import Move
from yipan.messages import pos, wms
from yipan.messages.adjusting import AdjustedLine


def submit(
    number: str,
    *lines: tuple[str, int],
    site: str = "W1",
    kind: str = "count_loss",
    version: int = 1,
    by: str = "wang.worker",
) -> None:
    """A site asks for an adjustment it may not post alone."""
    module: Any = wms if site.startswith("W") else pos
    message = module.AdjustmentSubmitted(
        message_id=make_id(f"{site} {number} submitted {version}"),
        occurred_at=NOON,
        adjustment_number=number,
        version=version,
        site=site,
        adjustment_type=kind,
        lines=tuple(
            AdjustedLine(
                line=place,
                sku=sku,
                quantity=quantity,
                place="A-01-01",
                quantity_counted=10,
                quantity_book=10 + quantity,
                cause="theft",
            )
            for place, (sku, quantity) in enumerate(lines, start=1)
        ),
        reason="Counted twice.",
        submitted_by=by,
        evidence="Count sheet 7",
    )
    system = "wms" if site.startswith("W") else "pos"
    tell(f"{system}:{site}/stock", message)


def post(
    number: str,
    *lines: tuple[str, int],
    site: str = "W1",
    kind: str = "count_loss",
    to_status: str = "",
    reverses: str = "",
    twin: str = "",
) -> None:
    """A site posts an adjustment in its own book, and tells of it."""
    is_warehouse = site.startswith("W")
    module: Any = wms if is_warehouse else pos
    system = "wms" if is_warehouse else "pos"
    place = "A-01-01" if is_warehouse else "shop_floor"
    message = module.AdjustmentPosted(
        message_id=make_id(f"{site} {number} posted {twin}"),
        occurred_at=NOON,
        adjustment_number=number,
        version=1,
        site=site,
        adjustment_type=kind,
        lines=tuple(
            AdjustedLine(line=at, sku=sku, quantity=quantity, place=place, to_status=to_status)
            for at, (sku, quantity) in enumerate(lines, start=1)
        ),
        reason="Counted twice.",
        posted_by="wang.worker",
        reverses=reverses,
    )
    here = f"on_hand/{place}/available"
    outside = {
        "count_loss": "stocktake_difference",
        "count_gain": "stocktake_difference",
        "scrap": "scrap",
        "sample_issue": "sample",
        "internal_use": "internal_use",
    }
    there = outside.get(kind, f"on_hand/{place}/{to_status}")
    ends = (there, here) if (kind == "count_gain") != bool(reverses) else (here, there)
    moves = [
        Move(sku=sku, from_account=ends[0], to_account=ends[1], quantity=quantity)
        for sku, quantity in lines
    ]
    tell(f"{system}:{site}/stock", message, [] if twin else moves)
