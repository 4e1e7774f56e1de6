"""
Weigh sets of things that may have happened against small losses, theft and not knowing.

Keys that share a hypothesis are judged together. A set's weight is the product of the odds of its
parts and, for each key, of how likely the rest is: small losses (geometric, that is a Poisson whose
rate differs from SKU to SKU), theft where goods are worth it, or the constant of the unknown.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from yipan.recon.rules.values import Cause, Difference, Goods, Hypothesis, Key
from yipan.recon.rules.weights import WEIGHT_NOISE, WEIGHT_UNKNOWN, Weights

#: More things at once on one key are no explanation any more.
PARTS_MAX = 3
#: Parts of a whole set of keys.
PARTS_TOGETHER_MAX = 6
BEAM = 120
#: Of a set of keys only so many proposals are combined: those best alone, and each key's best.
PROPOSALS_MAX = 90
#: A rest above zero is nearly impossible as a loss.
GAIN_AS_NOISE = 1e-4
#: Goods nobody would steal on purpose; and how much a theft takes at least, of what is there.
THEFT_OF_COMMON_GOODS = 0.002
THEFT_SHARE = 0.25
THEFT_PIECES_MIN = 4.0
THEFT_SMALL = 0.05
HIGH_VALUE_MINOR = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Rest:
    """How the rest of one key is explained without a document: weights, to be compared."""

    shrinkage: float
    theft: float
    unknown: float

    @property
    def total(self) -> float:
        """Return the weight of a rest, whatever it is."""
        return self.shrinkage + self.theft + self.unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """A set of hypotheses, what it leaves on each key, and its probability within its component."""

    chosen: tuple[Hypothesis, ...]
    rests: Mapping[Key, int]
    probability: float


class _Judge:
    """Says how likely rests are, for the keys of one component."""

    def __init__(
        self, differences: Sequence[Difference], *, goods: Mapping[Key, Goods], weights: Weights
    ) -> None:
        self._differences = {each.key: each for each in differences}
        self._goods = goods
        self._weights = weights
        self._known: dict[tuple[Key, int], Rest] = {}

    def judge(self, key: Key, rest: int) -> Rest:
        """Return how likely a rest is, and as what."""
        if (key, rest) not in self._known:
            self._known[key, rest] = judge_rest(
                rest,
                difference=self._differences[key],
                goods=self._goods[key],
                weights=self._weights,
            )
        return self._known[key, rest]


def judge_rest(rest: int, *, difference: Difference, goods: Goods, weights: Weights) -> Rest:
    """Return how likely it is that `rest` pieces vanished, were stolen, or are not understood."""
    rate = weights.get_loss(category=goods.category, days=difference.days)
    if rest > 0:
        shrinkage = GAIN_AS_NOISE * 0.5**rest
    else:
        shrinkage = math.exp(-rest * math.log(rate / (1 + rate)) - math.log1p(rate))
    theft = 0.0
    if rest < 0:
        mean = max(THEFT_PIECES_MIN, THEFT_SHARE * max(0, difference.stock))
        theft = (
            math.exp(weights.get_log_odds(Cause.THEFT, category=goods.category))
            * math.exp(rest / mean)
            / mean
        )
        if not goods.is_hot and goods.price_minor < HIGH_VALUE_MINOR:
            theft *= THEFT_OF_COMMON_GOODS
        if rest >= -2:
            theft *= THEFT_SMALL
    unknown = WEIGHT_UNKNOWN / WEIGHT_NOISE if rest else 0.0
    return Rest(shrinkage=shrinkage, theft=theft, unknown=unknown)


def split_by_component(
    keys: Iterable[Key], hypotheses: Sequence[Hypothesis]
) -> list[tuple[list[Key], list[Hypothesis]]]:
    """Return the sets of keys that no hypothesis joins with others, each with its hypotheses."""
    parent = {key: key for key in keys}

    def find(key: Key) -> Key:
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for hypothesis in hypotheses:
        first, *others = hypothesis.deltas
        for other in others:
            parent[find(other)] = find(first)
    by_root: dict[Key, tuple[list[Key], list[Hypothesis]]] = {}
    for key in parent:
        by_root.setdefault(find(key), ([], []))[0].append(key)
    for hypothesis in hypotheses:
        by_root[find(next(iter(hypothesis.deltas)))][1].append(hypothesis)
    return list(by_root.values())


def weigh_sets(
    differences: Sequence[Difference],
    hypotheses: Sequence[Hypothesis],
    *,
    goods: Mapping[Key, Goods],
    weights: Weights,
) -> tuple[list[Outcome], _Judge]:
    """
    Return sets of hypotheses by falling probability, and who judged their rests.

    The probabilities of what is returned add up to one; sets out of the beam count as nothing.
    """
    judge = _Judge(differences, goods=goods, weights=weights)
    start = {each.key: each.quantity for each in differences}
    base = sum(math.log(judge.judge(key, rest).total) for key, rest in start.items())
    proposals = _shorten(hypotheses, start=start, judge=judge)
    states: list[_State] = [_State(score=base, chosen=(), rests=start, last=-1)]
    layer = states
    for _ in range(min(PARTS_TOGETHER_MAX, PARTS_MAX * len(start))):
        grown = [
            state for before in layer for state in _grow(before, proposals=proposals, judge=judge)
        ]
        layer = heapq.nlargest(BEAM, grown, key=lambda state: state.score)
        if not layer:
            break
        states = states + layer
    best = max(state.score for state in states)
    total = sum(math.exp(state.score - best) for state in states)
    states.sort(key=lambda state: -state.score)
    return [
        Outcome(
            chosen=tuple(proposals[at] for at in state.chosen),
            rests=state.rests,
            probability=math.exp(state.score - best) / total,
        )
        for state in states
    ], judge


@dataclass(frozen=True, kw_only=True, slots=True)
class _State:
    score: float
    chosen: tuple[int, ...]
    rests: Mapping[Key, int]
    last: int


def _shorten(
    hypotheses: Sequence[Hypothesis], *, start: Mapping[Key, int], judge: _Judge
) -> list[Hypothesis]:
    """Return the proposals that do most by themselves, best first."""

    def gain(hypothesis: Hypothesis) -> float:
        return hypothesis.log_odds + sum(
            math.log(judge.judge(key, start[key] - delta).total)
            - math.log(judge.judge(key, start[key]).total)
            for key, delta in hypothesis.deltas.items()
        )

    # A part of several does not explain all by itself: what it explains at all is kept too.
    def part(hypothesis: Hypothesis) -> float:
        is_towards = all(
            delta * start[key] > 0 and abs(delta) <= abs(start[key])
            for key, delta in hypothesis.deltas.items()
        )
        return hypothesis.log_odds if is_towards else -math.inf

    best = heapq.nlargest(PROPOSALS_MAX * 2 // 3, hypotheses, key=gain)
    chosen = {id(each) for each in best}
    parts = [each for each in hypotheses if id(each) not in chosen and part(each) > -math.inf]
    return best + heapq.nlargest(PROPOSALS_MAX // 3, parts, key=part)


def _grow(before: _State, *, proposals: Sequence[Hypothesis], judge: _Judge) -> Iterable[_State]:
    used = {document for at in before.chosen for document in proposals[at].documents}
    counts: dict[Key, int] = {}
    causes: set[tuple[Key, Cause]] = set()
    for at in before.chosen:
        for key in proposals[at].deltas:
            counts[key] = counts.get(key, 0) + 1
            if not proposals[at].documents:
                causes.add((key, proposals[at].cause))
    for at in range(before.last + 1, len(proposals)):
        hypothesis = proposals[at]
        if not used.isdisjoint(hypothesis.documents):
            continue
        if any(
            counts.get(key, 0) >= PARTS_MAX or (key, hypothesis.cause) in causes
            for key in hypothesis.deltas
        ):
            continue
        rests = dict(before.rests)
        score = before.score + hypothesis.log_odds
        for key, delta in hypothesis.deltas.items():
            score -= math.log(judge.judge(key, rests[key]).total)
            rests[key] -= delta
            score += math.log(judge.judge(key, rests[key]).total)
        yield _State(score=score, chosen=(*before.chosen, at), rests=rests, last=at)
