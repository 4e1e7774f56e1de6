"""
What may be wrong with one document, and the difference that leaves on its key.

Predictions are those of the handbook (differences, section 7): q is the recorded quantity, signed,
p the pieces of a package. Each proposal is weighed by what speaks for it on the document itself.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yipan.recon.rules.papers import Papers
from yipan.recon.rules.values import (
    Cause,
    Correction,
    Difference,
    Evidence,
    Goods,
    Hypothesis,
    Line,
)
from yipan.recon.rules.weights import Weights

#: How much a missing or contrary piece of evidence takes away.
NOT_KEYED = 0.05
#: When nobody noted down how it was captured, nothing speaks against a key.
MODE_UNNOTED = 0.5
AS_EXPECTED = 0.15
COUNTERPART_DIFFERS = 0.1
#: A prediction of two pieces or less needs metadata that agrees.
SMALL = 2
SMALL_WITHOUT_METADATA = 0.05
TWIN_HOURS_MAX = 48

#: At a register pieces go over the counter; cases are taken for them where cases come in.
UNIT_AT_REGISTER = 0.1

RECEIPTS = frozenset({"goods_receipt", "transfer_receipt"})
RETURNS_AND_SALES = frozenset({"sales_issue", "customer_return"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """One thing that may be wrong with a line: `factor` is how well the line itself agrees."""

    cause: Cause
    delta: int
    factor: float
    variant: str = ""
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.REVERSE_AND_REPOST
    also: tuple[str, ...] = ()


def propose(
    *, difference: Difference, evidence: Evidence, weights: Weights, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield what may be wrong with each document that the book knew when the key was counted."""
    goods = evidence.get_goods(difference.key.sku)
    known = [
        line
        for line in evidence.lines.get(difference.key, ())
        if line.recorded_at <= difference.counted_at
    ]
    claims = [
        (line, claim)
        for line in known
        for claim in _list_claims(
            line, known=known, goods=goods, wanted=difference.quantity, papers=papers
        )
    ]
    # One of them at most is to blame: the prior is shared out by how well each agrees. What
    # hardly agrees takes hardly anything from the others.
    tried: dict[Cause, float] = {}
    for _, claim in claims:
        tried[claim.cause] = tried.get(claim.cause, 0.0) + min(1.0, claim.factor)
    for line, claim in claims:
        factor = claim.factor
        if abs(claim.delta) <= SMALL and not claim.agreed:
            factor *= SMALL_WITHOUT_METADATA
        yield Hypothesis(
            cause=claim.cause,
            variant=claim.variant,
            deltas={difference.key: claim.delta},
            documents=(line.document, *claim.also),
            log_odds=weights.get_log_odds(claim.cause, category=goods.category)
            + math.log(factor)
            - math.log(max(1.0, tried[claim.cause])),
            agreed=claim.agreed,
            missing=claim.missing,
            correction=claim.correction,
        )
    yield from _propose_late(difference=difference, evidence=evidence, weights=weights)


def _propose_late(
    *, difference: Difference, evidence: Evidence, weights: Weights
) -> Iterator[Hypothesis]:
    """Yield what arrived after the count for moments before it: its sum is exact."""
    late = [
        line
        for line in evidence.lines.get(difference.key, ())
        if line.occurred_at <= difference.counted_at < line.recorded_at
    ]
    if not late:
        return
    goods = evidence.get_goods(difference.key.sku)
    yield Hypothesis(
        cause=Cause.LATE_DOCUMENT,
        deltas={difference.key: sum(line.quantity for line in late)},
        documents=tuple(sorted({line.document for line in late})),
        # It is on paper: not whether, only whether it is all, is open.
        log_odds=weights.get_log_odds(Cause.LATE_DOCUMENT, category=goods.category)
        + math.log(1_000),
        agreed=("recorded_after_the_count",),
        correction=Correction.NONE,
    )


def _list_claims(
    line: Line, *, known: Sequence[Line], goods: Goods, wanted: int, papers: Papers
) -> Iterator[_Claim]:
    if wanted == 0 or line.quantity == 0:
        return
    yield from _list_miskeys(line)
    yield from _list_unit_mixups(line, goods=goods)
    yield from _list_short_and_over(line, wanted=wanted)
    yield from _list_wrong_directions(line)
    yield from _list_double_entries(line, known=known, papers=papers)


def weigh_key(line: Line) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """Return how well a line agrees with having been typed wrong: factor, for it, missing."""
    factor, agreed, missing = 1.0, [], []
    if line.mode == "key":
        agreed.append("keyed_by_hand")
    elif not line.mode:
        factor *= MODE_UNNOTED
        missing.append("capture_mode")
    else:
        factor *= NOT_KEYED
    if line.quantity_expected is None:
        missing.append("expected_quantity")
        factor *= math.sqrt(AS_EXPECTED)
    elif abs(line.quantity) != line.quantity_expected:
        agreed.append("off_what_was_expected")
    else:
        factor *= AS_EXPECTED
    return factor, tuple(agreed), tuple(missing)


def weigh_truth(line: Line, true_quantity: int) -> tuple[float, tuple[str, ...]]:
    """Return how well an alternative quantity agrees with the papers of a line."""
    for name, told in (
        ("counterpart_agrees", line.counterpart_quantity),
        ("expected_agrees", line.quantity_expected),
    ):
        if told is not None:
            if told == abs(true_quantity):
                return 8.0, (name,)
            return COUNTERPART_DIFFERS, ()
    return 1.0, ()


def _list_miskeys(line: Line) -> Iterator[_Claim]:
    quantity = line.quantity
    factor, agreed, missing = weigh_key(line)
    for power in (10, 100):
        if quantity % power == 0:
            yield _claim_quantity(line, quantity // power, factor, agreed, missing, "power_of_ten")
        if power == 10:
            yield _claim_quantity(line, quantity * power, factor, agreed, missing, "power_of_ten")
    for true_quantity in _list_digit_errors(abs(quantity)):
        signed = true_quantity if quantity > 0 else -true_quantity
        yield _claim_quantity(line, signed, factor * 0.5, agreed, missing, "digits")


def _claim_quantity(
    line: Line,
    true_quantity: int,
    factor: float,
    agreed: tuple[str, ...],
    missing: tuple[str, ...],
    variant: str,
) -> _Claim:
    paper, said = weigh_truth(line, true_quantity)
    return _Claim(
        cause=Cause.MISKEY,
        variant=variant,
        delta=true_quantity - line.quantity,
        factor=factor * paper,
        agreed=(*agreed, *said),
        missing=missing,
    )


def _list_digit_errors(quantity: int) -> list[int]:
    """Return what two swapped neighbors, or one digit doubled or dropped, may have been."""
    text = str(quantity)
    found = {
        int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) for at in range(len(text) - 1)
    }
    if len(text) > 1:
        found |= {
            int(text[:at] + text[at + 1 :])
            for at in range(len(text))
            if text[at] in {text[at - 1] if at else "", text[at + 1 : at + 2]}
        }
    found |= {
        int(text[:at] + str(other) + text[at + 1 :])
        for at in range(len(text))
        for other in range(10)
    }
    return sorted(found - {quantity, 0})


def _list_unit_mixups(line: Line, *, goods: Goods) -> Iterator[_Claim]:
    for pieces in sorted(pack for pack in goods.packs if pack > 1):
        for true_quantity, variant in (
            (line.quantity * pieces, "cases_as_pieces"),
            (line.quantity // pieces, "pieces_as_cases"),
        ):
            if variant == "pieces_as_cases" and line.quantity % pieces:
                continue
            paper, said = weigh_truth(line, true_quantity)
            typed = {"key": 1.0, "": MODE_UNNOTED, "bulk": 0.3}.get(line.mode, 0.15)
            if line.kind in RETURNS_AND_SALES:
                typed *= UNIT_AT_REGISTER
            yield _Claim(
                cause=Cause.UNIT_MIXUP,
                variant=variant,
                delta=true_quantity - line.quantity,
                factor=typed * paper,
                agreed=(*(("keyed_by_hand",) if line.mode == "key" else ()), *said),
                missing=() if line.mode else ("capture_mode",),
            )


def _list_short_and_over(line: Line, *, wanted: int) -> Iterator[_Claim]:
    """Yield that not all of a receipt came, or more: claims without a number of their own."""
    if line.kind not in RECEIPTS or line.quantity <= 0:
        return
    if wanted < 0 and -wanted > line.quantity:
        return
    if wanted > 0 and wanted > max(2, line.quantity // 2):
        return
    is_short = wanted < 0
    factor, agreed, missing = _weigh_count(line, wanted=wanted)
    yield _Claim(
        cause=Cause.SHORT_RECEIPT if is_short else Cause.OVER_RECEIPT,
        delta=wanted,
        factor=factor,
        agreed=agreed,
        missing=missing,
        correction=Correction.CLAIM if is_short else Correction.FURTHER_RECEIPT,
    )


def _weigh_count(line: Line, *, wanted: int) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """Return how well a receipt agrees with having been counted wrong by `wanted` pieces."""
    # Any number would do, so each single one is worth little: small ones are more likely.
    factor = 1.0 / (1 + abs(wanted)) if abs(wanted) < line.quantity else 0.3
    agreed: list[str] = []
    missing: list[str] = []
    if line.mode == "bulk":
        agreed.append("accepted_as_expected")
    elif not line.mode:
        factor *= MODE_UNNOTED
        missing.append("capture_mode")
    else:
        factor *= 0.1
    if line.counterpart_quantity is None:
        missing.append("counterpart")
    elif line.counterpart_quantity == line.quantity + wanted:
        # The paper has the true number: taken over unlooked at, or else typed wrongly.
        factor *= 20.0 if line.mode == "bulk" else 1.0
        agreed.append("counterpart_agrees")
    elif line.counterpart_verified:
        factor *= COUNTERPART_DIFFERS
    return factor, tuple(agreed), tuple(missing)


def _list_wrong_directions(line: Line) -> Iterator[_Claim]:
    if line.kind not in RETURNS_AND_SALES:
        return
    is_return = line.kind == "customer_return"
    typed = 1.0 if line.mode == "key" else MODE_UNNOTED if not line.mode else 0.1
    papers = 1.0
    agreed: tuple[str, ...] = ("keyed_by_hand",) if line.mode == "key" else ()
    if is_return and not line.counterpart:
        # Twice a recorded quantity, typed, and no ticket behind it: three things that agree.
        papers = 4.0 if line.mode == "key" else 1.0
        agreed += ("return_without_ticket",)
    elif is_return:
        papers = 0.1
    else:
        papers = 0.3
    yield _Claim(
        cause=Cause.WRONG_DIRECTION,
        delta=-2 * line.quantity,
        factor=typed * papers,
        agreed=agreed,
        missing=() if line.mode else ("capture_mode",),
    )
    if is_return and not line.counterpart:
        yield _Claim(
            cause=Cause.REFUND_WITHOUT_GOODS,
            delta=-line.quantity,
            factor=1.0,
            agreed=("return_without_ticket",),
            correction=Correction.REVERSE,
        )


def _list_double_entries(line: Line, *, known: Sequence[Line], papers: Papers) -> Iterator[_Claim]:
    for other in known:
        if (
            other.document < line.document
            and (other.kind, other.quantity) == (line.kind, line.quantity)
            and abs((other.occurred_at - line.occurred_at).total_seconds())
            <= TWIN_HOURS_MAX * 3_600
            and line.kind not in RETURNS_AND_SALES
            and other.partner == line.partner
        ):
            agreed: tuple[str, ...] = ()
            missing: tuple[str, ...] = ()
            same_paper = bool(line.counterpart) and line.counterpart == other.counterpart
            if line.counterpart and other.counterpart and not same_paper:
                factor = COUNTERPART_DIFFERS
            elif same_paper:
                factor, agreed, missing = 10.0, ("same_paper",), ()
            else:
                factor, agreed, missing = 2.0, ("twin_within_48_hours",), ("counterpart",)
            together = papers.weigh_twin(line, other)
            if together > 1:
                factor, agreed = factor * together, (*agreed, "same_lines_differ")
            yield _Claim(
                cause=Cause.DOUBLE_ENTRY,
                delta=-line.quantity,
                factor=factor,
                agreed=agreed,
                missing=missing,
                correction=Correction.REVERSE,
                also=(other.document,),
            )
