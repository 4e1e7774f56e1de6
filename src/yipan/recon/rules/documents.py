"""
What may be wrong with one document, and the difference that leaves on its key.

Predictions are those of the handbook (differences, section 7): q is the recorded quantity, signed,
p the pieces of a package. What a line offers to a cause (`exposure`) is shared out among all the
numbers that may have been meant: most of it goes to what the papers say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from yipan.recon.rules.exposure import (
    RECEIPTS,
    RETURNS_AND_SALES,
    expose_to_miskey,
    expose_to_over_receipt,
    expose_to_refund,
    expose_to_short_receipt,
    expose_to_unit_mixup,
    expose_to_wrong_direction,
    spread_size,
)
from yipan.recon.rules.odds import SHARED, Odds
from yipan.recon.rules.papers import Papers, raise_odds
from yipan.recon.rules.values import (
    Cause,
    Correction,
    Difference,
    Evidence,
    Goods,
    Hypothesis,
    Line,
)

#: Of what papers say and what they do not, so much is meant where somebody was mistaken.
TOLD = 0.9
#: A zero too many or too few is as frequent as all wrong digits together.
POWER_OF_TEN = 0.5
#: A whole line that never came is a short receipt more seldom than a part of it.
WHOLE_LINE = 0.05
#: How much likelier a receipt is short by just what its paper names as missing.
PAPER_NAMES_IT = 15.0
#: More than twice as much comes in by mistake only where little was due.
PIECES_OVER = 5
TWIN_HOURS_MAX = 48
#: A cashier so many times as often behind such returns as chance would have it is pointed at.
SAME_CASHIER = 1.5
#: What arrived after the count is on paper: only whether it is all is open.
LATE = 0.98


@dataclass(frozen=True, kw_only=True, slots=True)
class _Claim:
    """
    One thing that may be wrong with a line.

    `share` is what the line offers to it; of causes that are not shared it is the probability.
    """

    cause: Cause
    delta: int
    share: float
    variant: str = ""
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.REVERSE_AND_REPOST
    also: tuple[str, ...] = ()


def propose(
    *, difference: Difference, evidence: Evidence, odds: Odds, papers: Papers
) -> Iterator[Hypothesis]:
    """Yield what may be wrong with each document that the book knew when the key was counted."""
    goods = evidence.get_goods(difference.key.sku)
    known = [
        line
        for line in evidence.lines.get(difference.key, ())
        if line.recorded_at <= difference.counted_at
    ]
    for line in known:
        for claim in _list_claims(
            line, known=known, goods=goods, wanted=difference.quantity, papers=papers, odds=odds
        ):
            weigh = (
                odds.weigh(claim.cause, category=goods.category, share=claim.share, line=line)
                if claim.cause in SHARED
                else odds.weigh_sure(claim.cause, category=goods.category, probability=claim.share)
            )
            yield Hypothesis(
                cause=claim.cause,
                variant=claim.variant,
                deltas={difference.key: claim.delta},
                documents=(line.document, *claim.also),
                log_odds=weigh,
                agreed=claim.agreed,
                missing=claim.missing,
                correction=claim.correction,
            )
    yield from _propose_late(difference=difference, evidence=evidence, odds=odds)


def _propose_late(
    *, difference: Difference, evidence: Evidence, odds: Odds
) -> Iterator[Hypothesis]:
    """Yield what arrived after the count for moments before it: its sum is exact."""
    late = [
        line
        for line in evidence.lines.get(difference.key, ())
        if line.occurred_at <= difference.counted_at < line.recorded_at
    ]
    if not late:
        return
    category = evidence.get_goods(difference.key.sku).category
    yield Hypothesis(
        cause=Cause.LATE_DOCUMENT,
        deltas={difference.key: sum(line.quantity for line in late)},
        documents=tuple(sorted({line.document for line in late})),
        log_odds=odds.weigh_sure(Cause.LATE_DOCUMENT, category=category, probability=LATE),
        agreed=("recorded_after_the_count",),
        correction=Correction.NONE,
    )


def _list_claims(
    line: Line,
    *,
    known: Sequence[Line],
    goods: Goods,
    wanted: int,
    papers: Papers,
    odds: Odds,
) -> Iterator[_Claim]:
    if wanted == 0 or line.quantity == 0:
        return
    yield from _list_miskeys(line)
    yield from _list_unit_mixups(line, goods=goods)
    yield from _list_short_and_over(line, wanted=wanted)
    yield from _list_wrong_directions(line, papers=papers)
    yield from _list_double_entries(line, known=known, papers=papers, odds=odds)


def weigh_key(line: Line) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what speaks for a line having been typed wrong, and what is missing for it."""
    agreed, missing = [], []
    if line.mode == "key":
        agreed.append("keyed_by_hand")
    elif not line.mode:
        missing.append("capture_mode")
    if line.quantity_expected is None:
        missing.append("expected_quantity")
    elif abs(line.quantity) != line.quantity_expected:
        agreed.append("off_what_was_expected")
    return tuple(agreed), tuple(missing)


def share_out(line: Line, meant: Mapping[int, float]) -> Iterator[tuple[int, float, str]]:
    """
    Yield what may have been meant, with its share and the paper that says so.

    `meant` holds the quantities that may have been, with shares that add up to one.
    """
    told = {
        quantity: name
        for name, quantity in (
            ("expected_agrees", line.quantity_expected),
            ("counterpart_agrees", line.counterpart_quantity),
        )
        if quantity is not None and quantity != abs(line.quantity)
    }
    agreeing = sum(share for quantity, share in meant.items() if abs(quantity) in told)
    for quantity, share in meant.items():
        name = told.get(abs(quantity), "")
        if name:
            yield quantity, TOLD * share / agreeing, name
        else:
            yield quantity, share * (1 - TOLD if told else 1.0), ""


def _list_miskeys(line: Line) -> Iterator[_Claim]:
    exposed = expose_to_miskey(line)
    agreed, missing = weigh_key(line)
    sign = 1 if line.quantity > 0 else -1
    size = abs(line.quantity)
    tens = [size * 10, *(size // power for power in (10, 100) if size % power == 0)]
    digits = [each for each in _list_digit_errors(size) if each not in tens]
    meant = {each * sign: POWER_OF_TEN / len(tens) for each in tens}
    meant |= {each * sign: (1 - POWER_OF_TEN) / len(digits) for each in digits}
    for quantity, share, paper in share_out(line, meant):
        yield _Claim(
            cause=Cause.MISKEY,
            variant="power_of_ten" if quantity * sign in tens else "digits",
            delta=quantity - line.quantity,
            share=exposed * share,
            agreed=(*agreed, paper) if paper else agreed,
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
    exposed = expose_to_unit_mixup(line)
    agreed, missing = weigh_key(line)
    meant: dict[int, str] = {}
    for pieces in sorted(pack for pack in goods.packs if pack > 1):
        meant[line.quantity * pieces] = "cases_as_pieces"
        if line.quantity % pieces == 0:
            meant[line.quantity // pieces] = "pieces_as_cases"
    for quantity, share, paper in share_out(line, dict.fromkeys(meant, 1 / max(1, len(meant)))):
        yield _Claim(
            cause=Cause.UNIT_MIXUP,
            variant=meant[quantity],
            delta=quantity - line.quantity,
            share=exposed * share,
            agreed=(*agreed, paper) if paper else agreed,
            missing=missing,
        )


def _list_short_and_over(line: Line, *, wanted: int) -> Iterator[_Claim]:
    """Yield that not all of a receipt came, or more: claims without a number of their own."""
    if line.kind not in RECEIPTS or line.quantity <= 0:
        return
    if wanted < -line.quantity or wanted > max(PIECES_OVER, line.quantity):
        return
    agreed: list[str] = ["accepted_as_expected"] if line.mode == "bulk" else []
    missing: list[str] = [] if line.mode else ["capture_mode"]
    share = expose_to_short_receipt(line) if wanted < 0 else expose_to_over_receipt(line)
    share *= (
        WHOLE_LINE if wanted == -line.quantity else spread_size(abs(wanted), most=line.quantity)
    )
    if line.counterpart_quantity is None:
        missing.append("counterpart")
    elif line.counterpart_quantity == line.quantity + wanted:
        share *= PAPER_NAMES_IT
        agreed.append("counterpart_agrees")
    yield _Claim(
        cause=Cause.SHORT_RECEIPT if wanted < 0 else Cause.OVER_RECEIPT,
        delta=wanted,
        share=share,
        agreed=tuple(agreed),
        missing=tuple(missing),
        correction=Correction.CLAIM if wanted < 0 else Correction.FURTHER_RECEIPT,
    )


def _list_wrong_directions(line: Line, *, papers: Papers) -> Iterator[_Claim]:
    if line.kind not in RETURNS_AND_SALES:
        return
    agreed: tuple[str, ...] = ("keyed_by_hand",) if line.mode == "key" else ()
    is_return = line.kind == "customer_return"
    if is_return and not line.counterpart:
        agreed += ("return_without_ticket",)
    yield _Claim(
        cause=Cause.WRONG_DIRECTION,
        delta=-2 * line.quantity,
        share=expose_to_wrong_direction(line),
        agreed=agreed,
        missing=() if line.mode else ("capture_mode",),
    )
    if is_return:
        by_user = papers.weigh_refunds(line)
        doubts: tuple[str, ...] = () if line.counterpart_verified else ("ticket_not_looked_at",)
        if not line.counterpart:
            doubts = ("return_without_ticket",)
        yield _Claim(
            cause=Cause.REFUND_WITHOUT_GOODS,
            delta=-line.quantity,
            share=expose_to_refund(line) * by_user,
            agreed=(*doubts, *(("same_cashier",) if by_user > SAME_CASHIER else ())),
            correction=Correction.REVERSE,
        )


def _list_double_entries(
    line: Line, *, known: Sequence[Line], papers: Papers, odds: Odds
) -> Iterator[_Claim]:
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
                variant = "two_papers"
            elif same_paper:
                variant, agreed = "same_paper", ("same_paper",)
            else:
                variant = "no_paper" if line.kind in RECEIPTS else "elsewhere"
                agreed, missing = ("twin_within_48_hours",), ("counterpart",)
            share = odds.twice[variant]
            together = papers.weigh_twin(line, other)
            if together > 1:
                agreed = (*agreed, "same_lines_differ")
            yield _Claim(
                cause=Cause.DOUBLE_ENTRY,
                variant=variant,
                delta=-line.quantity,
                share=raise_odds(share, together),
                agreed=agreed,
                missing=missing,
                correction=Correction.REVERSE,
                also=(other.document,),
            )
