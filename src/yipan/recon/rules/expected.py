"""What others know of and the book of a key does not, and what one would expect to be written."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.recon.rules.odds import Odds
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

#: Kits were sold and their parts did not leave the book with them.
KITS_SOLD = 0.9
#: Missing use may be a little more or less than the rhythm says.
USE_TOLERANCE = 0.34
#: That testers were opened and not written down, where none was.
NEVER_WRITTEN = 0.5
NEARLY = 0.1
#: That the first of two counters was mistaken, where the second saw something else.
FIRST_WAS_WRONG = 0.99
FIRST_WAS_WRONG_SEEN = 0.95

OPENED_AT = frozenset({"sales_issue", "sample_issue"})

_KINDS = {
    "receipt": (Cause.MISSING_DOCUMENT, Correction.POST_MISSING),
    "handover": (Cause.UNRECORDED_HANDOVER, Correction.POST_MISSING),
    "return": (Cause.UNRECORDED_RETURN, Correction.POST_MISSING),
    "foreign": (Cause.FOREIGN_STOCK_COUNTED, Correction.NONE),
    "area": (Cause.DOUBLE_COUNTED_AREA, Correction.RECOUNT),
}


def propose(
    *, difference: Difference, evidence: Evidence, odds: Odds, papers: Papers
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
            odds=odds,
            probability=papers.weigh_expected(one),
        )
    yield from _propose_unreceived(difference=difference, goods=goods, odds=odds, papers=papers)
    yield from _propose_use(difference=difference, evidence=evidence, goods=goods, odds=odds)
    yield from _propose_scrap(difference=difference, goods=goods, odds=odds)
    yield from _propose_kits(difference=difference, evidence=evidence, goods=goods, odds=odds)
    yield from _propose_rounds(difference=difference, goods=goods, odds=odds)


def _propose_paper(
    one: Expected,
    *,
    difference: Difference,
    goods: Goods,
    odds: Odds,
    probability: float,
) -> Hypothesis:
    cause, correction = _KINDS[one.kind]
    return Hypothesis(
        cause=cause,
        variant=one.kind,
        deltas={difference.key: one.quantity},
        documents=(one.document,),
        log_odds=odds.weigh_sure(cause, category=goods.category, probability=probability),
        agreed=("known_elsewhere",),
        correction=correction,
    )


def _propose_unreceived(
    *, difference: Difference, goods: Goods, odds: Odds, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield shipments of other sites that were never received here, on paper."""
    shipments = papers.list_unreceived(difference) if difference.quantity > 0 else ()
    for shipment in shipments:
        yield Hypothesis(
            cause=Cause.MISSING_DOCUMENT,
            variant="shipment_without_receipt",
            deltas={difference.key: -shipment.quantity},
            documents=(shipment.document,),
            log_odds=odds.weigh_sure(
                Cause.MISSING_DOCUMENT,
                category=goods.category,
                probability=papers.weigh_unreceived(shipment),
            ),
            agreed=("shipment_without_receipt",),
            correction=Correction.POST_MISSING,
        )


def _propose_use(
    *, difference: Difference, evidence: Evidence, goods: Goods, odds: Odds
) -> Iterator[Hypothesis]:
    """Yield samples and testers that the rhythm of the SKU asks for and no document names."""
    if goods.sample_days <= 0:
        return
    lines = evidence.lines.get(difference.key, ())
    if lines and not any(line.kind in OPENED_AT for line in lines):
        return  # testers stand where goods are sold, not where they are only stored
    recorded = sum(
        -line.quantity for line in lines if line.kind == "sample_issue" and line.quantity < 0
    )
    due = int(difference.days // goods.sample_days) * goods.sample_quantity
    missing = due - recorded
    if missing <= 0:
        return
    spread = max(1, round(missing * USE_TOLERANCE))
    # The less is written of what is due, the surer it is that nobody writes.
    never = NEVER_WRITTEN * (missing / due) ** 2
    candidates = [count for count in range(missing - spread, missing + spread + 1) if count > 0]
    for count in candidates:
        yield Hypothesis(
            cause=Cause.UNRECORDED_USE,
            deltas={difference.key: -count},
            documents=(),
            log_odds=odds.weigh_sure(
                Cause.UNRECORDED_USE,
                category=goods.category,
                probability=never * (1.0 if count == missing else NEARLY),
            ),
            agreed=("sample_rhythm",),
            missing=("sample_issue",),
            correction=Correction.SAMPLE_ISSUE,
        )


def _propose_scrap(*, difference: Difference, goods: Goods, odds: Odds) -> Iterator[Hypothesis]:
    if difference.expired > 0:
        yield Hypothesis(
            cause=Cause.UNRECORDED_SCRAP,
            deltas={difference.key: -difference.expired},
            documents=(),
            log_odds=odds.weigh_sure(
                Cause.UNRECORDED_SCRAP, category=goods.category, probability=odds.past_date
            ),
            agreed=("past_its_date",),
            missing=("scrap",),
            correction=Correction.SCRAP,
        )


def _propose_kits(
    *, difference: Difference, evidence: Evidence, goods: Goods, odds: Odds
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
                log_odds=odds.weigh_sure(
                    Cause.KIT_NOT_EXPLODED, category=goods.category, probability=KITS_SOLD
                ),
                agreed=("kits_sold",),
                correction=Correction.ISSUE_COMPONENTS,
            )


def _propose_rounds(*, difference: Difference, goods: Goods, odds: Odds) -> Iterator[Hypothesis]:
    """Yield that the first count was wrong, where somebody else counted something else."""
    others = [each for each in difference.rounds if each.counter != difference.counter]
    if others and others[-1].quantity != difference.quantity:
        yield Hypothesis(
            cause=Cause.MISCOUNT,
            deltas={difference.key: difference.quantity - others[-1].quantity},
            documents=(),
            log_odds=odds.weigh_sure(
                Cause.MISCOUNT,
                category=goods.category,
                probability=FIRST_WAS_WRONG if others[-1].is_blind else FIRST_WAS_WRONG_SEEN,
            ),
            agreed=("another_counter",),
            correction=Correction.RECOUNT,
        )
