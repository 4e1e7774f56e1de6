"""What others know of and the book of a key does not, and what one would expect to be written."""

from __future__ import annotations

import math
from collections.abc import Iterator

from yipan.recon.rules.papers import Papers
from yipan.recon.rules.values import (
    Cause,
    Correction,
    Difference,
    Evidence,
    Expected,
    Goods,
    Hypothesis,
)
from yipan.recon.rules.weights import Weights

#: A paper that waits is as often still on its way as it is missing here: about even odds.
ON_PAPER = 5.0
#: Kits were sold: whether their parts left the book with them is the question.
KITS_SOLD = 10.0
#: Some of what is past its date still stands there.
PAST_ITS_DATE = 3.0
#: Missing use may be a little more or less than the rhythm says.
USE_TOLERANCE = 0.34
ROUND_AGREES = 200.0

_KINDS = {
    "receipt": (Cause.MISSING_DOCUMENT, Correction.POST_MISSING),
    "handover": (Cause.UNRECORDED_HANDOVER, Correction.POST_MISSING),
    "return": (Cause.UNRECORDED_RETURN, Correction.POST_MISSING),
    "foreign": (Cause.FOREIGN_STOCK_COUNTED, Correction.NONE),
    "area": (Cause.DOUBLE_COUNTED_AREA, Correction.RECOUNT),
}


def propose(
    *, difference: Difference, evidence: Evidence, weights: Weights, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield what is written elsewhere, what should have been, and what another counter saw."""
    goods = evidence.get_goods(difference.key.sku)
    waiting = [
        one
        for one in evidence.expected.get(difference.key, ())
        if difference.since <= one.at <= difference.counted_at
    ]
    for one in waiting:
        yield _propose_paper(
            one,
            difference=difference,
            goods=goods,
            weights=weights,
            tried=len(waiting),
            together=papers.weigh_expected(one),
        )
    yield from _propose_unreceived(
        difference=difference, goods=goods, weights=weights, papers=papers
    )
    yield from _propose_use(difference=difference, evidence=evidence, goods=goods, weights=weights)
    yield from _propose_scrap(difference=difference, goods=goods, weights=weights)
    yield from _propose_kits(difference=difference, evidence=evidence, goods=goods, weights=weights)
    yield from _propose_rounds(difference=difference, goods=goods, weights=weights)


def _propose_paper(
    one: Expected,
    *,
    difference: Difference,
    goods: Goods,
    weights: Weights,
    tried: int,
    together: float,
) -> Hypothesis:
    cause, correction = _KINDS[one.kind]
    return Hypothesis(
        cause=cause,
        variant=one.kind,
        deltas={difference.key: one.quantity},
        documents=(one.document,),
        log_odds=weights.get_log_odds(cause, category=goods.category)
        + math.log(ON_PAPER * together)
        - math.log(tried),
        agreed=("known_elsewhere", *(("same_lines_differ",) if together > 1 else ())),
        correction=correction,
    )


def _propose_unreceived(
    *, difference: Difference, goods: Goods, weights: Weights, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield shipments of other sites that were never received here, on paper."""
    shipments = papers.list_unreceived(difference) if difference.quantity > 0 else ()
    for shipment in shipments:
        together = papers.weigh_unreceived(shipment)
        yield Hypothesis(
            cause=Cause.MISSING_DOCUMENT,
            variant="shipment_without_receipt",
            deltas={difference.key: -shipment.quantity},
            documents=(shipment.document,),
            log_odds=weights.get_log_odds(Cause.MISSING_DOCUMENT, category=goods.category)
            + math.log(ON_PAPER * together)
            - math.log(len(shipments)),
            agreed=(
                "shipment_without_receipt",
                *(("same_lines_differ",) if together > 1 else ()),
            ),
            correction=Correction.POST_MISSING,
        )


def _propose_use(
    *, difference: Difference, evidence: Evidence, goods: Goods, weights: Weights
) -> Iterator[Hypothesis]:
    """Yield samples and testers that the rhythm of the SKU asks for and no document names."""
    if goods.sample_days <= 0 or difference.quantity >= 0:
        return
    recorded = sum(
        -line.quantity
        for line in evidence.lines.get(difference.key, ())
        if line.kind == "sample_issue" and line.quantity < 0
    )
    due = int(difference.days // goods.sample_days) * goods.sample_quantity
    missing = due - recorded
    if missing <= 0:
        return
    spread = max(1, round(missing * USE_TOLERANCE))
    candidates = [count for count in range(missing - spread, missing + spread + 1) if count > 0]
    for count in candidates:
        yield Hypothesis(
            cause=Cause.UNRECORDED_USE,
            deltas={difference.key: -count},
            documents=(),
            log_odds=weights.get_log_odds(Cause.UNRECORDED_USE, category=goods.category)
            + math.log(10.0 if count == missing else 3.0)
            - math.log(len(candidates)),
            agreed=("sample_rhythm",),
            missing=("sample_issue",),
            correction=Correction.SAMPLE_ISSUE,
        )


def _propose_scrap(
    *, difference: Difference, goods: Goods, weights: Weights
) -> Iterator[Hypothesis]:
    if difference.expired > 0:
        yield Hypothesis(
            cause=Cause.UNRECORDED_SCRAP,
            deltas={difference.key: -difference.expired},
            documents=(),
            log_odds=weights.get_log_odds(Cause.UNRECORDED_SCRAP, category=goods.category)
            + math.log(PAST_ITS_DATE),
            agreed=("past_its_date",),
            missing=("scrap",),
            correction=Correction.SCRAP,
        )


def _propose_kits(
    *, difference: Difference, evidence: Evidence, goods: Goods, weights: Weights
) -> Iterator[Hypothesis]:
    """Yield that kits sold did not take their parts out of the book."""
    key = difference.key
    for kit in evidence.goods.values():
        ratio = kit.components.get(key.sku)
        if not ratio:
            continue
        sold = [
            line
            for other, lines in evidence.lines.items()
            if (other.site, other.sku) == (key.site, kit.sku)
            for line in lines
            if line.kind == "sales_issue" and line.recorded_at <= difference.counted_at
        ]
        total = sum(line.quantity for line in sold) * ratio
        # Parts that left under the kit's own document were issued rightly.
        total -= sum(
            line.quantity
            for line in evidence.lines.get(key, ())
            if line.quantity < 0 and line.document in {each.document for each in sold}
        )
        if total < 0:
            yield Hypothesis(
                cause=Cause.KIT_NOT_EXPLODED,
                deltas={key: total},
                documents=tuple(sorted({line.document for line in sold})[:5]),
                log_odds=weights.get_log_odds(Cause.KIT_NOT_EXPLODED, category=goods.category)
                + math.log(KITS_SOLD),
                agreed=("kits_sold",),
                correction=Correction.ISSUE_COMPONENTS,
            )


def _propose_rounds(
    *, difference: Difference, goods: Goods, weights: Weights
) -> Iterator[Hypothesis]:
    """Yield that the first count was wrong, where somebody else counted something else."""
    others = [each for each in difference.rounds if each.counter != difference.counter]
    if others and others[-1].quantity != difference.quantity:
        yield Hypothesis(
            cause=Cause.MISCOUNT,
            deltas={difference.key: difference.quantity - others[-1].quantity},
            documents=(),
            log_odds=weights.get_log_odds(Cause.MISCOUNT, category=goods.category)
            + math.log(ROUND_AGREES if others[-1].is_blind else ROUND_AGREES / 4),
            agreed=("another_counter",),
            correction=Correction.RECOUNT,
        )
