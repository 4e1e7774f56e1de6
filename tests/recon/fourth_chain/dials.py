"""What kind of retailer a seed is: everything that differs from one to the next is drawn here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from yipan.recon.rules import Cause

#: About how often each cause is met, before each retailer bends it by a factor of its own.
USUAL = {
    Cause.MISKEY: 10.0,
    Cause.UNIT_MIXUP: 8.0,
    Cause.SKU_MIXUP: 16.0,
    Cause.SHORT_RECEIPT: 14.0,
    Cause.OVER_RECEIPT: 8.0,
    Cause.SHORT_SHIPMENT: 9.0,
    Cause.OVER_SHIPMENT: 6.0,
    Cause.WRONG_SITE: 7.0,
    Cause.BIN_MIXUP: 8.0,
    Cause.DOUBLE_ENTRY: 8.0,
    Cause.MISSING_DOCUMENT: 8.0,
    Cause.WRONG_DIRECTION: 7.0,
    Cause.UNRECORDED_USE: 9.0,
    Cause.UNRECORDED_SCRAP: 8.0,
    Cause.KIT_NOT_EXPLODED: 5.0,
    Cause.UNRECORDED_HANDOVER: 8.0,
    Cause.UNRECORDED_RETURN: 7.0,
    Cause.REFUND_WITHOUT_GOODS: 6.0,
    Cause.THEFT: 12.0,
    Cause.MISCOUNT: 18.0,
    Cause.DOUBLE_COUNTED_AREA: 6.0,
    Cause.FOREIGN_STOCK_COUNTED: 7.0,
    Cause.BOOK_COPIED: 1.0,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Dials:
    """Rates are shares from 0 to 1 unless they say otherwise; quantities are pieces."""

    days: int
    cases: dict[Cause, int]
    #: How many of the faults of a free size are large rather than of 1 to 5 pieces.
    large: float
    #: Shares of the ways goods are taken in: scanned one by one, keyed, accepted as announced.
    scan: float
    key: float
    #: Sites whose devices at the dock, and at the till, tell no mode of capture.
    silent_docks: float
    silent_tills: float
    #: Papers without the other side's number, its quantity, and what was expected.
    no_counterpart: float
    no_counterpart_quantity: float
    no_expected: float
    #: What other systems know of goods without a document is missing so often.
    no_paper: float
    #: Faults of a kind that leave no trace at all (common goods stolen, breakage).
    no_trace: float
    verified: float
    #: Sites that send somebody to count again, from so many pieces, and the errors of a count.
    recounts: float
    tolerance: int
    third_round: float
    second_slip: float
    blind: float
    cycle: float
    middle: float
    #: Small losses of a key a day, by category, before the level asked for.
    drip: dict[str, float]
    drip_more: float
    #: Trade.
    sales: float
    returns: dict[str, float]
    weekly: float
    late_receipt: float
    offline_sites: int
    keyed_sale: float
    multiplier: float
    #: Decoys, a key and case of the real thing each.
    decoys: float
    #: Somebody or some supplier does most of one kind of fault.
    habits: float
    #: Lines of keys that agree are known as well.
    opens_all: bool


def draw(rng: Random) -> Dials:
    """Draw a retailer: wide ranges, so that no two are alike."""
    scale = rng.uniform(0.55, 1.5)
    cases = {
        cause: round(usual * scale * rng.gammavariate(1.6, 1 / 1.6))
        for cause, usual in USUAL.items()
    }
    scan = rng.uniform(0.25, 0.6)
    return Dials(
        days=rng.randint(20, 60),
        cases=cases,
        large=rng.uniform(0.1, 0.5),
        scan=scan,
        key=rng.uniform(0.25, 0.6) * (1 - scan),
        silent_docks=rng.uniform(0, 0.4),
        silent_tills=rng.uniform(0, 0.7),
        no_counterpart=rng.uniform(0, 0.3),
        no_counterpart_quantity=rng.uniform(0, 0.4),
        no_expected=rng.uniform(0, 0.5),
        no_paper=rng.uniform(0, 0.12),
        no_trace=rng.uniform(0, 0.12),
        verified=rng.uniform(0, 0.5),
        recounts=rng.uniform(0.5, 1.0),
        tolerance=rng.choice((1, 1, 1, 2, 3)),
        third_round=rng.uniform(0, 0.5),
        second_slip=rng.uniform(0, 0.03),
        blind=rng.uniform(0.4, 1.0),
        cycle=rng.uniform(0, 1),
        middle=rng.uniform(0, 0.4),
        drip={
            category: 0.0009 * math.exp(rng.gauss(0, 0.7))
            for category in ("dress", "shoes", "make-up", "perfume", "drinks", "care")
        },
        drip_more=rng.uniform(0, 0.15),
        sales=rng.uniform(0.5, 1.4),
        returns={
            "dress": rng.uniform(0.08, 0.35),
            "shoes": rng.uniform(0.08, 0.3),
            "make-up": rng.uniform(0.01, 0.06),
            "perfume": rng.uniform(0.01, 0.06),
            "drinks": rng.uniform(0, 0.02),
            "care": rng.uniform(0.005, 0.04),
        },
        weekly=rng.uniform(0.2, 0.8),
        late_receipt=rng.uniform(0.02, 0.15),
        offline_sites=rng.randint(0, 3),
        keyed_sale=rng.uniform(0.005, 0.05),
        multiplier=rng.uniform(0.1, 0.5),
        decoys=rng.uniform(0.2, 1.2),
        habits=rng.uniform(0, 0.6),
        opens_all=rng.random() < 0.6,
    )
