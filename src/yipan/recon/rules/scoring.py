"""
Weigh sets of things that may have happened against small losses, theft and not knowing.

Keys that share a hypothesis are judged together. A set's weight is the product of the odds of its
parts and, for each key, of how likely the rest is: small losses (geometric, that is a Poisson whose
rate differs from SKU to SKU, as the count itself shows), theft where goods are worth it, or the
constant of the unknown.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from yipan.recon.rules.values import Cause, Difference, Goods, Hypothesis, Key
from yipan.recon.rules.weights import WEIGHT_NOISE, WEIGHT_UNKNOWN, Weights

#: More things at once on one key are no explanation any more.
PARTS_MAX = 3
#: Parts of a whole set of keys.
PARTS_TOGETHER_MAX = 6
BEAM = 120
#: Sets so much less likely than the best so far (in nats) are not built upon.
DEPTH = 14.0
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
    rate = weights.get_loss(goods, days=difference.days)
    if rest > 0:
        shrinkage = GAIN_AS_NOISE * 0.5**rest
    elif rest == 0:
        shrinkage = 1 / (1 + rate)
    else:
        tail = weights.get_tail(goods, rate=rate)
        shrinkage = rate / (1 + rate) * (1 - tail) * tail ** (-rest - 1)
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
    proposals = _shorten(merge(hypotheses), start=start, judge=judge)
    search = _Search(proposals, start=start, judge=judge)
    states = search.run()
    best = max(state.score for state in states)
    total = sum(math.exp(state.score - best) for state in states)
    states.sort(key=lambda state: -state.score)
    keys = tuple(start)
    return [
        Outcome(
            chosen=tuple(proposals[at] for at in state.chosen),
            rests=dict(zip(keys, state.rests, strict=True)),
            probability=math.exp(state.score - best) / total,
        )
        for state in states
    ], judge


def merge(hypotheses: Iterable[Hypothesis]) -> list[Hypothesis]:
    """
    Return one hypothesis for each cause and prediction: which document it was is another question.

    Its odds are those of all together; it names the documents of the best.
    """
    found: dict[tuple[Cause, frozenset[tuple[Key, int]]], list[Hypothesis]] = {}
    for each in hypotheses:
        found.setdefault((each.cause, frozenset(each.deltas.items())), []).append(each)
    merged = []
    for same in found.values():
        best = max(same, key=lambda each: each.log_odds)
        if len(same) > 1:
            odds = sum(math.exp(each.log_odds - best.log_odds) for each in same)
            best = replace(best, log_odds=best.log_odds + math.log(odds))
        merged.append(best)
    return merged


@dataclass(frozen=True, slots=True)
class _State:
    """A set: its score, what is in it, what may not join it (bits), and what it leaves."""

    score: float
    chosen: tuple[int, ...]
    barred: int
    rests: tuple[int, ...]


class _Search:
    """A beam over sets of proposals. Keys are known by number, so that sets are cheap."""

    def __init__(
        self, proposals: Sequence[Hypothesis], *, start: Mapping[Key, int], judge: _Judge
    ) -> None:
        self._judge = judge
        self._keys = tuple(start)
        numbers = {key: number for number, key in enumerate(self._keys)}
        self._start = tuple(start.values())
        self._odds = [each.log_odds for each in proposals]
        self._effects = [
            [(numbers[key], delta) for key, delta in each.deltas.items()] for each in proposals
        ]
        self._bars = _list_bars(proposals)
        self._logs: list[dict[int, float]] = [{} for _ in self._keys]

    def run(self) -> list[_State]:
        """Return all sets that were looked at closely, the empty one among them."""
        base = sum(self._get_log(number, rest) for number, rest in enumerate(self._start))
        layer = [_State(base, (), 0, self._start)]
        states = list(layer)
        best = base
        for _ in range(min(PARTS_TOGETHER_MAX, PARTS_MAX * len(self._keys))):
            grown = [each for before in layer for each in self._grow(before)]
            if not grown:
                break
            best = max([best, *(score for score, _, _ in grown)])
            grown = [each for each in grown if each[0] >= best - DEPTH]
            layer = [
                self._join(before, at, score)
                for score, at, before in heapq.nlargest(BEAM, grown, key=lambda each: each[0])
            ]
            states += layer
        return states

    def _grow(self, before: _State) -> Iterable[tuple[float, int, _State]]:
        rests, barred, logs = before.rests, before.barred, self._logs
        is_full = self._find_full(before)
        for at in range(before.chosen[-1] + 1 if before.chosen else 0, len(self._odds)):
            if barred >> at & 1:
                continue
            score = before.score + self._odds[at]
            for number, delta in self._effects[at]:
                if number in is_full:
                    break
                rest = rests[number]
                left = logs[number].get(rest - delta)
                if left is None:
                    left = self._get_log(number, rest - delta)
                score += left - logs[number][rest]
            else:
                yield score, at, before

    def _join(self, before: _State, at: int, score: float) -> _State:
        rests = list(before.rests)
        for number, delta in self._effects[at]:
            rests[number] -= delta
        return _State(score, (*before.chosen, at), before.barred | self._bars[at], tuple(rests))

    def _find_full(self, before: _State) -> set[int]:
        """Return the keys that have as many parts as an explanation may have."""
        if len(before.chosen) < PARTS_MAX:
            return set()
        counts = Counter(number for at in before.chosen for number, _ in self._effects[at])
        return {number for number, count in counts.items() if count >= PARTS_MAX}

    def _get_log(self, number: int, rest: int) -> float:
        known = self._logs[number]
        if rest not in known:
            known[rest] = math.log(self._judge.judge(self._keys[number], rest).total)
        return known[rest]


def _list_bars(proposals: Sequence[Hypothesis]) -> list[int]:
    """Return, for each proposal, a bit for each that may not stand beside it."""
    of_document: dict[str, int] = {}
    of_cause: dict[tuple[Key, Cause], int] = {}
    for at, each in enumerate(proposals):
        for document in each.documents:
            of_document[document] = of_document.get(document, 0) | 1 << at
        for key in each.deltas:
            # What names no document happens once to a key.
            of_cause[key, each.cause] = of_cause.get((key, each.cause), 0) | 1 << at
    bars = []
    for each in proposals:
        barred = 0
        for document in each.documents:
            barred |= of_document[document]
        if not each.documents:
            for key in each.deltas:
                barred |= of_cause[key, each.cause]
        bars.append(barred)
    return bars


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
