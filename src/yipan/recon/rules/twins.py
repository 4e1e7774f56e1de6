"""
What leaves a trace on two keys: one up, another down by the same.

Ten stores and four hundred goods always hold some pair that fits by accident, so each proposal is
divided by the number of partners that were tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yipan.recon.rules.documents import (
    RECEIPTS,
    SMALL,
    SMALL_WITHOUT_METADATA,
    weigh_key,
)
from yipan.recon.rules.values import Cause, Correction, Difference, Evidence, Hypothesis, Line
from yipan.recon.rules.weights import Weights

#: Two sides may be apart by small losses: a piece, or a tenth.
APART_SHARE = 0.10
#: Nothing on the document speaks for it.
NO_RELATION = 0.02
PICKS = frozenset({"transfer_shipment", "pick", "shipment"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    """A cause on two differences: `delta` on the first, its opposite on the second."""

    cause: Cause
    first: Difference
    second: Difference
    delta: int
    factor: float
    variant: str = ""
    documents: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.EXCHANGE_SKU


def propose(*, evidence: Evidence, weights: Weights) -> Iterator[Hypothesis]:
    """Yield what may have moved a quantity from one counted key to another."""
    pairs = [
        pair
        for first in evidence.differences
        for second in _list_partners(first, evidence=evidence)
        for pair in _list_pairs(first, second, evidence=evidence)
    ]
    tried: dict[tuple[Cause, Difference], int] = {}
    for pair in pairs:
        for side in (pair.first, pair.second):
            tried[pair.cause, side] = tried.get((pair.cause, side), 0) + 1
    for pair in pairs:
        alternatives = max(tried[pair.cause, pair.first], tried[pair.cause, pair.second])
        category = evidence.get_goods(pair.first.key.sku).category
        yield Hypothesis(
            cause=pair.cause,
            variant=pair.variant,
            deltas={pair.first.key: pair.delta, pair.second.key: -pair.delta},
            documents=pair.documents,
            log_odds=weights.get_log_odds(pair.cause, category=category)
            + math.log(pair.factor)
            - math.log(alternatives),
            agreed=pair.agreed,
            missing=pair.missing,
            correction=pair.correction,
        )


def are_opposite(first: int, second: int) -> bool:
    """Say whether two differences may be the two sides of one mistake."""
    apart = abs(first + second)
    return first * second < 0 and apart <= max(1, APART_SHARE * max(abs(first), abs(second)))


def _list_partners(first: Difference, *, evidence: Evidence) -> list[Difference]:
    """Return the differences that may be the other side: of the same SKU, or at the same site."""
    return [
        second
        for second in evidence.differences
        if second.key != first.key
        and first.quantity * second.quantity < 0
        and (second.key.sku == first.key.sku or second.key.site == first.key.site)
    ]


def _list_pairs(first: Difference, second: Difference, *, evidence: Evidence) -> Iterator[_Pair]:
    lines = [
        line
        for line in evidence.lines.get(first.key, ())
        if line.recorded_at <= first.counted_at and line.quantity
    ]
    if first.key.sku != second.key.sku:
        if first.key.site == second.key.site:
            yield from _list_sku_mixups(first, second, lines=lines, evidence=evidence)
    elif first.key.site == second.key.site:
        yield from _list_bin_mixups(first, second, lines=lines)
    else:
        yield from _list_wrong_sites(first, second, lines=lines, evidence=evidence)
        yield from _list_wrong_shipments(first, second, lines=lines, evidence=evidence)


def _list_sku_mixups(
    first: Difference, second: Difference, *, lines: Sequence[Line], evidence: Evidence
) -> Iterator[_Pair]:
    """Yield that goods of one SKU went through the books as another: lines, or single sales."""
    one, other = (evidence.get_goods(side.key.sku) for side in (first, second))
    is_family = bool(one.family) and one.family == other.family
    related = 1.0 if is_family else NO_RELATION
    agreed = ("same_family",) if is_family else ()
    for line in lines:
        if line.kind in RECEIPTS or line.kind in PICKS:
            # Booked on the first, and it was the second: the first has too much in its book.
            near = abs(first.quantity + line.quantity) <= max(1, APART_SHARE * abs(line.quantity))
            if near and are_opposite(-line.quantity, second.quantity):
                yield _Pair(
                    cause=Cause.SKU_MIXUP,
                    variant="at_receipt" if line.kind in RECEIPTS else "at_pick",
                    first=first,
                    second=second,
                    delta=-line.quantity,
                    factor=related,
                    documents=(line.document,),
                    agreed=agreed,
                )
    if first.quantity > 0 and is_family and are_opposite(first.quantity, second.quantity):
        sold = [line for line in lines if line.kind == "sales_issue"]
        multiplied = [line.document for line in sold if line.uses_multiplier]
        if sold and one.price_minor == other.price_minor:
            yield _Pair(
                cause=Cause.SKU_MIXUP,
                variant="at_sale",
                first=first,
                second=second,
                delta=first.quantity,
                factor=(0.6 if multiplied else 0.15)
                * (1.0 if multiplied or first.quantity > SMALL else SMALL_WITHOUT_METADATA),
                documents=tuple(multiplied[:3]),
                agreed=("same_family", "same_price", *(("multiplier",) if multiplied else ())),
                missing=() if multiplied else ("multiplier",),
            )


def _list_bin_mixups(
    first: Difference, second: Difference, *, lines: Sequence[Line]
) -> Iterator[_Pair]:
    """Yield that goods lie in another bin of the same site: the site as a whole is right."""
    if first.key < second.key and are_opposite(first.quantity, second.quantity):
        movers = {line.actor for line in lines if line.kind == "bin_move"}
        yield _Pair(
            cause=Cause.BIN_MIXUP,
            first=first,
            second=second,
            delta=first.quantity,
            factor=10.0 if movers else 3.0,
            agreed=("sum_over_bins_is_zero",),
            missing=() if movers else ("bin_move",),
            correction=Correction.MOVE_BIN,
        )


def _list_wrong_sites(
    first: Difference, second: Difference, *, lines: Sequence[Line], evidence: Evidence
) -> Iterator[_Pair]:
    """Yield that a delivery booked at the first site was unloaded at the second."""
    for line in lines:
        if line.kind not in RECEIPTS or line.quantity <= 0:
            continue
        if not are_opposite(-line.quantity, second.quantity) or first.quantity >= 0:
            continue
        same_route = any(
            other.kind in RECEIPTS
            and other.partner == line.partner
            and abs((other.occurred_at - line.occurred_at).total_seconds()) <= 86_400
            for key, others in evidence.lines.items()
            if key.site == second.key.site
            for other in others
        )
        yield _Pair(
            cause=Cause.WRONG_SITE,
            first=first,
            second=second,
            delta=-line.quantity,
            factor=(1.0 if same_route else 0.2) * (0.1 if line.mode == "scan" else 1.0),
            documents=(line.document,),
            agreed=("same_route_and_day",) if same_route else (),
            missing=() if same_route else ("same_route_and_day",),
            correction=Correction.TRANSFER,
        )


def _list_wrong_shipments(
    first: Difference, second: Difference, *, lines: Sequence[Line], evidence: Evidence
) -> Iterator[_Pair]:
    """Yield that the sender packed another number than both papers say."""
    if not are_opposite(first.quantity, second.quantity):
        return
    shipped = {
        line.document: line
        for line in evidence.lines.get(second.key, ())
        if line.kind in PICKS and line.quantity < 0
    }
    for line in lines:
        origin = shipped.get(line.counterpart)
        if line.kind != "transfer_receipt" or origin is None:
            continue
        if abs(first.quantity) >= line.quantity:
            continue
        _, agreed, missing = weigh_key(origin)
        is_counted = line.mode in {"scan", "key"}
        is_short = first.quantity < 0
        yield _Pair(
            cause=Cause.SHORT_SHIPMENT if is_short else Cause.OVER_SHIPMENT,
            first=first,
            second=second,
            delta=first.quantity,
            factor=(0.3 if is_counted else 5.0) / (1 + math.log(line.quantity)),
            documents=(origin.document, line.document),
            agreed=("both_ends_counted", *agreed),
            missing=missing,
            correction=Correction.REVERSE_AND_REPOST,
        )
