"""
What is said of each difference: parts that add up to it, and what speaks for them.

A cause is named only above a probability of one half; what is left is called small losses,
theft or unknown, and never anything better than the evidence allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from yipan.recon.rules import documents, expected, twins
from yipan.recon.rules.learning import Seen, learn
from yipan.recon.rules.odds import Odds, expect
from yipan.recon.rules.papers import Papers
from yipan.recon.rules.rests import Rest
from yipan.recon.rules.scorecard import read_learned
from yipan.recon.rules.scoring import Bench, Outcome, weigh
from yipan.recon.rules.traits import QUIET, Sight, Surroundings, describe
from yipan.recon.rules.values import (
    Cause,
    Correction,
    Difference,
    Evidence,
    Hypothesis,
    Key,
)
from yipan.recon.rules.weights import SMALL_LOSS, Weights

NAMED_ABOVE = 0.53
#: Odds are less sure than they are counted: what was forgotten speaks as one. Measured over many
#: retailers, odds of a named cause are this power of what is counted.
TEMPERED = 0.8
#: What may well be a small loss is called something else only when that is surer, for a document
#: posted for nothing costs more than a piece written off;
NAMED_ABOVE_SMALL_LOSS = 0.82
#: but while of all small losses of the count so few are expected to be blamed.
BLAMED_SHARE_MAX = 0.003
NOT_BLIND = ("was_not_blind", "equal_to_the_book")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """
    A share of a difference and its cause; `quantity` is signed, in smallest units.

    `twin` is the other key of a cause that has two. `probability` is that of the cause at this key.
    `partner` and `actor` stand on the first document: the other side, and who wrote it.
    """

    cause: Cause
    quantity: int
    probability: float
    variant: str = ""
    documents: tuple[str, ...] = ()
    twin: Key | None = None
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.STOCKTAKE
    partner: str = ""
    actor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """
    What is said of one difference. The quantities of `parts` add up to it exactly.

    `runner_up` is the best cause that is not among the parts. `is_named` says whether at least
    one part has a cause other than the unknown.
    """

    key: Key
    quantity: int
    parts: tuple[Part, ...]
    runner_up: Part | None

    @property
    def is_named(self) -> bool:
        """Say whether something was found."""
        return any(part.cause is not Cause.UNKNOWN for part in self.parts)

    @property
    def main(self) -> Part:
        """Return the part that explains most."""
        return max(self.parts, key=lambda part: (abs(part.quantity), part.probability))


def explain(evidence: Evidence, *, weights: Weights | None = None) -> list[Finding]:
    """
    Return a finding for each difference that is not zero, in the order given.

    Differences belong together when they were looked at together: goods mixed up with goods
    that were not counted cannot be told from goods that are gone.
    """
    odds = expect(evidence, weights=(weights or Weights()).follow(evidence))
    open_ones = [each for each in evidence.differences if each.quantity != 0]
    copied = [each for each in evidence.differences if each.was_copied]
    wanted = Evidence(
        differences=open_ones,
        lines=evidence.lines,
        expected=evidence.expected,
        goods=evidence.goods,
        counted=evidence.counted,
    )
    around = weigh_count(wanted, odds=odds)
    weighed = {key: _Weighed(key, around) for key in around.sights}
    found: dict[Key, Finding] = {each.key: _reject(each) for each in copied}
    sure_enough = _find_sure_enough(weighed.values())
    for key, each in weighed.items():
        if key not in found:
            found[key] = _conclude(each, named_above=_get_bar(each, sure_enough=sure_enough))
    return [
        _sign(found[each.key], evidence=evidence)
        for each in evidence.differences
        if each.key in found
    ]


def weigh_count(evidence: Evidence, *, odds: Odds) -> Surroundings:
    """Weigh all differences, and once more by what the first look says of this place."""
    papers = Papers(evidence)
    sights, hypotheses = _weigh_all(evidence, odds=odds, papers=papers)
    if sights:
        seen = Seen.of({key: each.outcomes for key, each in sights.items()}, evidence)
        for each in sights.values():
            seen.add_rest(_add_up(each.outcomes, bench=each.bench))
        seen.twins.update(each.variant for each in hypotheses if each.cause is Cause.DOUBLE_ENTRY)
        odds = learn(odds, seen=seen, evidence=evidence)
        papers.believe(odds.waits)
        sights, _ = _weigh_all(evidence, odds=odds, papers=papers)
    return Surroundings(evidence=evidence, odds=odds, sights=sights)


def _weigh_all(
    evidence: Evidence, *, odds: Odds, papers: Papers
) -> tuple[dict[Key, Sight], list[Hypothesis]]:
    """Propose what may have happened at each difference, and weigh it."""
    hypotheses = list(
        chain(
            *(
                propose(difference=each, evidence=evidence, odds=odds, papers=papers)
                for each in evidence.differences
                for propose in (documents.propose, expected.propose)
            ),
            twins.propose(evidence=evidence, odds=odds, papers=papers),
        )
    )
    by_key = {each.key: each for each in evidence.differences}
    goods = {key: evidence.get_goods(key.sku) for key in by_key}
    found = weigh(evidence.differences, hypotheses, goods=goods, odds=odds)
    sights = {
        key: Sight(
            difference=by_key[key],
            outcomes=outcomes,
            bench=bench,
            probable={
                cause: temper(share) for cause, share in _add_up(outcomes, bench=bench).items()
            },
        )
        for key, (outcomes, bench) in found.items()
    }
    return sights, hypotheses


def _sign(finding: Finding, *, evidence: Evidence) -> Finding:
    """Say who stands on the documents of the parts."""
    if not any(part.documents for part in finding.parts):
        return finding
    lines = {line.document: line for line in evidence.lines.get(finding.key, ())}
    parts = []
    for part in finding.parts:
        line = next((lines[each] for each in part.documents if each in lines), None)
        parts.append(
            replace(part, partner=line.partner, actor=line.actor) if line is not None else part
        )
    return replace(finding, parts=tuple(parts))


def _reject(difference: Difference) -> Finding:
    """Nobody counted: the sheet repeats the book. It says nothing, and is counted again."""
    part = Part(
        cause=Cause.BOOK_COPIED,
        quantity=difference.quantity,
        probability=0.95,
        agreed=NOT_BLIND,
        correction=Correction.RECOUNT,
    )
    return Finding(key=difference.key, quantity=difference.quantity, parts=(part,), runner_up=None)


def temper(probability: float) -> float:
    """Return a probability as it comes true, of one that was counted from odds."""
    odds = (probability / max(1e-12, 1 - probability)) ** TEMPERED
    return float(odds / (1 + odds))


class _Weighed:
    """A difference, what may have happened there, and how probable each cause is."""

    def __init__(self, key: Key, around: Surroundings) -> None:
        sight = around.sights[key]
        self.difference, self.outcomes, self.bench = sight.difference, sight.outcomes, sight.bench
        learned = read_learned().weigh(describe(key, around), differences=len(around.sights))
        self.by_cause = defaultdict(float, {**sight.probable, **learned})
        # What is surely something is hardly nothing.
        left = 1 - max(learned.values(), default=0.0)
        for cause in QUIET:
            self.by_cause[cause] = min(self.by_cause[cause], left)

    @property
    def is_small_loss(self) -> bool:
        """Say whether it may well be but a small loss."""
        return -SMALL_LOSS <= self.difference.quantity < 0

    @property
    def probability(self) -> float:
        """Return how sure the surest cause is."""
        return max(
            (share for cause, share in self.by_cause.items() if cause not in QUIET), default=0.0
        )


def _get_bar(weighed: _Weighed, *, sure_enough: set[Key]) -> float:
    """Return above which probability a cause is named at a key."""
    return NAMED_ABOVE if weighed.difference.key in sure_enough else NAMED_ABOVE_SMALL_LOSS


def _find_sure_enough(weighed: Iterable[_Weighed]) -> set[Key]:
    """
    Return the keys where a cause above one half may be named.

    Of those that may well be small losses the surest come first, while the small losses that are
    expected to be blamed among them stay few.
    """
    large: list[_Weighed] = []
    small: list[_Weighed] = []
    for each in weighed:
        (small if each.is_small_loss else large).append(each)
    room = BLAMED_SHARE_MAX * sum(1 - each.probability for each in small)
    sure_enough = {each.difference.key for each in large}
    for each in sorted(small, key=lambda each: -each.probability):
        room -= 1 - each.probability
        if each.probability <= NAMED_ABOVE or room < 0:
            break
        sure_enough.add(each.difference.key)
    return sure_enough


def _conclude(weighed: _Weighed, *, named_above: float) -> Finding:
    difference, by_cause = weighed.difference, weighed.by_cause
    key = difference.key
    named = {
        cause
        for cause, probability in by_cause.items()
        if probability > named_above and cause not in QUIET
    }
    parts: list[Part] = []
    left = difference.quantity
    for hypothesis in _choose(key, outcomes=weighed.outcomes, named=named):
        if hypothesis.cause in named:
            parts.append(_make_part(hypothesis, key=key, probability=by_cause[hypothesis.cause]))
            left -= hypothesis.deltas[key]
    if left:
        rest = weighed.bench.judge(left)
        parts.append(_name_rest(left, rest=rest, by_cause=by_cause, named=named))
    return Finding(
        key=key,
        quantity=difference.quantity,
        parts=tuple(parts),
        runner_up=_find_runner_up(
            key,
            outcomes=weighed.outcomes,
            by_cause=by_cause,
            named={part.cause for part in parts},
        ),
    )


def _choose(key: Key, *, outcomes: Sequence[Outcome], named: set[Cause]) -> tuple[Hypothesis, ...]:
    """Return what most probably happened to a key, with as many of the causes named as can be."""
    total: defaultdict[tuple[int, ...], float] = defaultdict(float)
    meant: dict[tuple[int, ...], tuple[Hypothesis, ...]] = {}
    for outcome in outcomes:
        # The same prediction from two documents of one cause is one answer.
        name = tuple(sorted(hash((each.cause, each.deltas[key])) for each in outcome.chosen))
        total[name] += outcome.probability
        meant.setdefault(name, outcome.chosen)
    best = max(
        total, key=lambda name: (len(named & {each.cause for each in meant[name]}), total[name])
    )
    return meant[best]


def _add_up(outcomes: Sequence[Outcome], *, bench: Bench) -> defaultdict[Cause, float]:
    """Return the probability of each cause being at work at a key."""
    by_cause: defaultdict[Cause, float] = defaultdict(float)
    for outcome in outcomes:
        for cause in {each.cause for each in outcome.chosen}:
            by_cause[cause] += outcome.probability
        if outcome.rest:
            rest = bench.judge(outcome.rest)
            by_cause[Cause.SHRINKAGE] += outcome.probability * rest.shrinkage / rest.total
            by_cause[Cause.THEFT] += outcome.probability * rest.theft / rest.total
            by_cause[Cause.UNKNOWN] += outcome.probability * rest.unknown / rest.total
    return by_cause


def _make_part(hypothesis: Hypothesis, *, key: Key, probability: float) -> Part:
    others = [other for other in hypothesis.deltas if other != key]
    return Part(
        cause=hypothesis.cause,
        variant=hypothesis.variant,
        quantity=hypothesis.deltas[key],
        probability=probability,
        documents=hypothesis.documents,
        twin=others[0] if others else None,
        agreed=hypothesis.agreed,
        missing=hypothesis.missing,
        correction=hypothesis.correction,
    )


def _name_rest(
    left: int, *, rest: Rest, by_cause: Mapping[Cause, float], named: set[Cause]
) -> Part:
    """Name what no document explains; without a majority it stays unknown."""
    if left < 0 and Cause.THEFT in named:
        return Part(cause=Cause.THEFT, quantity=left, probability=by_cause[Cause.THEFT])
    cause = Cause.UNKNOWN
    if min(rest.shrinkage / rest.total, by_cause.get(Cause.SHRINKAGE, 0.0)) > NAMED_ABOVE:
        cause = Cause.SHRINKAGE
    return Part(cause=cause, quantity=left, probability=max(0.0, by_cause.get(cause, 0.0)))


def _find_runner_up(
    key: Key,
    *,
    outcomes: Sequence[Outcome],
    by_cause: Mapping[Cause, float],
    named: set[Cause],
) -> Part | None:
    others = [
        (probability, cause)
        for cause, probability in by_cause.items()
        if cause not in named and probability > 0
    ]
    if not others:
        return None
    probability, cause = max(others)
    for outcome in outcomes:
        for hypothesis in outcome.chosen:
            if hypothesis.cause is cause and key in hypothesis.deltas:
                return _make_part(hypothesis, key=key, probability=probability)
    return Part(cause=cause, quantity=outcomes[0].rest, probability=probability)
