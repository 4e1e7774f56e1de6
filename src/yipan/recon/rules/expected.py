"""What others know of and the book of a key does not, and what one would expect to be written."""

from __future__ import annotations

from collections.abc import Iterator

from yipan.recon.rules.odds import Odds
from yipan.recon.rules.papers import Papers
from yipan.recon.rules.recounts import list_others, list_swapped, weigh_first, weigh_others
from yipan.recon.rules.rhythm import find_missing
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
#: What a receipt says otherwise than its shipment was packed so, by how it was taken in.
TOLD_OTHERWISE = {"scan": 0.6, "key": 0.35}
#: How often the next counter counts goods of others, or a part of the shelf twice, once more.
REPEATED = {"foreign": 0.7, "area": 0.2}

#: Of goods past their date all are thrown away together so often; some were sold meanwhile.
ALL_OF_IT = 0.85

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
    yield from _propose_told(
        difference=difference, evidence=evidence, goods=goods, odds=odds, papers=papers
    )
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
    log_odds = odds.weigh_sure(cause, category=goods.category, probability=probability)
    if one.kind in REPEATED:
        log_odds += weigh_others(
            difference, mistake=one.quantity, repeated=REPEATED[one.kind], wrong=odds.wrong
        )
    return Hypothesis(
        cause=cause,
        variant=one.kind,
        deltas={difference.key: one.quantity},
        documents=(one.document,),
        log_odds=log_odds,
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


def _propose_told(
    *, difference: Difference, evidence: Evidence, goods: Goods, odds: Odds, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield what the other end of a shipment took in instead: it was packed so, and told here."""
    for line in evidence.lines.get(difference.key, ()):
        if line.kind != "transfer_shipment" or line.quantity >= 0:
            continue
        receipt = papers.find_receipt(line)
        if receipt is None or receipt.quantity in (0, -line.quantity):
            continue
        stayed = -line.quantity - receipt.quantity
        cause = Cause.SHORT_SHIPMENT if stayed > 0 else Cause.OVER_SHIPMENT
        yield Hypothesis(
            cause=cause,
            variant="told_by_the_receipt",
            deltas={difference.key: stayed},
            documents=(line.document, receipt.document),
            log_odds=odds.weigh_sure(
                cause, category=goods.category, probability=TOLD_OTHERWISE.get(receipt.mode, 0.2)
            ),
            agreed=("counterpart_agrees",),
            correction=Correction.REVERSE_AND_REPOST,
        )


def _propose_use(
    *, difference: Difference, evidence: Evidence, goods: Goods, odds: Odds
) -> Iterator[Hypothesis]:
    """Yield samples and testers that the rhythm of the SKU asks for and no document names."""
    lines = evidence.lines.get(difference.key, ())
    gaps = find_missing(difference, goods=goods, lines=lines)
    for missing, share in gaps.items():
        yield Hypothesis(
            cause=Cause.UNRECORDED_USE,
            variant="sample_rhythm",
            deltas={difference.key: -missing},
            documents=(),
            log_odds=odds.weigh_sure(
                Cause.UNRECORDED_USE, category=goods.category, probability=odds.use * share
            ),
            agreed=("sample_rhythm",),
            missing=("sample_issue",),
            correction=Correction.SAMPLE_ISSUE,
        )


def _propose_scrap(*, difference: Difference, goods: Goods, odds: Odds) -> Iterator[Hypothesis]:
    """Yield that goods past their date were thrown away: all that the book believes, or nearly."""
    if difference.expired <= 0:
        return
    gone = {difference.expired: ALL_OF_IT}
    if 0 < -difference.quantity < difference.expired:
        gone[-difference.quantity] = (1 - ALL_OF_IT) / difference.expired
    for pieces, share in gone.items():
        yield Hypothesis(
            cause=Cause.UNRECORDED_SCRAP,
            variant="past_its_date",
            deltas={difference.key: -pieces},
            documents=(),
            log_odds=odds.weigh_sure(
                Cause.UNRECORDED_SCRAP,
                category=goods.category,
                probability=odds.past_date * share,
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
    """Yield that the first count was wrong: it is as somebody else saw it, or a slip of the pen."""
    others = list_others(difference)
    for there in sorted({each.quantity for each in others} - {difference.quantity}):
        yield _propose_miscount(
            difference, there=there, goods=goods, odds=odds, agreed=("another_counter",)
        )
    if not others and difference.stock + difference.quantity > 0:
        counted = difference.stock + difference.quantity
        for figure in list_swapped(counted):
            yield _propose_miscount(
                difference, there=figure - difference.stock, goods=goods, odds=odds, agreed=()
            )


def _propose_miscount(
    difference: Difference, *, there: int, goods: Goods, odds: Odds, agreed: tuple[str, ...]
) -> Hypothesis:
    mistake = difference.quantity - there
    log_odds = weigh_first(difference, there=there, wrong=odds.wrong)
    log_odds += weigh_others(difference, mistake=mistake, repeated=0.0, wrong=odds.wrong)
    return Hypothesis(
        cause=Cause.MISCOUNT,
        deltas={difference.key: mistake},
        documents=(),
        log_odds=log_odds + odds.compare(Cause.MISCOUNT, category=goods.category),
        agreed=agreed,
        missing=() if agreed else ("second_count",),
        correction=Correction.RECOUNT,
    )
