"""
Weigh sets of things that may have happened against small losses, theft and not knowing.

A set's weight is the product of the odds of its parts and, for each key, of how likely the rest
is (`rests`). What happened on one key alone is summed up key by key; only what joins two keys is
weighed together, so that a hundred keys in a chain are no harder than two.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from yipan.recon.rules.odds import Odds
from yipan.recon.rules.rests import Rest, judge_rest
from yipan.recon.rules.values import Cause, Difference, Goods, Hypothesis, Key

#: Of one key only so many proposals are combined: those best alone, and parts of several.
PROPOSALS_MAX = 40
PARTS_MAX = 20
#: So many sets of two are tried with a third; more things at once are no explanation any more.
PAIRS_EXTENDED = 24
#: Sets so much less likely than the best (in nats) are not kept.
DEPTH = 14.0
#: What joins two keys and is by itself less likely than this (in nats) is not looked at.
TWIN_GAIN_MIN = -4.0
#: Sets of what joins keys that are kept, of each size, and how many that join keys of one chain.
BEAM = 60
TWINS_MAX = 90


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What may have happened at one key, the rest it leaves there, and its probability."""

    chosen: tuple[Hypothesis, ...]
    rest: int
    probability: float


@dataclass(frozen=True, slots=True)
class _Choices:
    """What may have happened at a key by itself: log of all weights, and sets with their shares."""

    total: float
    sets: tuple[tuple[tuple[Hypothesis, ...], int, float], ...]


#: The log weight of a set, what it leaves, and its proposals by number.
_Scored = tuple[float, int, tuple[int, ...]]


class Bench:
    """The proposals that touch one key alone, weighed for whatever is left there to explain."""

    def __init__(
        self, difference: Difference, proposals: Sequence[Hypothesis], *, goods: Goods, odds: Odds
    ) -> None:
        self.difference = difference
        self._goods = goods
        self._odds = odds
        self._rests: dict[int, Rest] = {}
        self._logs: dict[int, float] = {}
        self._choices: dict[tuple[int, frozenset[str]], _Choices] = {}
        self._singles: dict[int, float] = {}
        self._proposals = sorted(self._shorten(merge(proposals)), key=lambda each: -each.log_odds)
        self._deltas = [each.deltas[difference.key] for each in self._proposals]
        self._rivals = _find_rivals(self._proposals)

    @property
    def proposals(self) -> Sequence[Hypothesis]:
        """Return what may have happened to this key alone, likeliest first."""
        return self._proposals

    def judge(self, rest: int) -> Rest:
        """Return how likely a rest is, and as what."""
        if rest not in self._rests:
            self._rests[rest] = judge_rest(
                rest, difference=self.difference, goods=self._goods, odds=self._odds
            )
        return self._rests[rest]

    def glance(self, left: int) -> float:
        """Return the log of how likely `left` is by one thing at most."""
        if left not in self._singles:
            singles = (
                each.log_odds + self._get_log(left - self._get_delta(each))
                for each in self._proposals
            )
            self._singles[left] = _add_logs([self._get_log(left), *singles])
        return self._singles[left]

    def weigh(self, left: int, *, barred: frozenset[str] = frozenset()) -> _Choices:
        """Return what may have happened where `left` is to be explained, without some documents."""
        if (left, barred) not in self._choices:
            self._choices[left, barred] = self._combine(left, barred=barred)
        return self._choices[left, barred]

    def _combine(self, left: int, *, barred: frozenset[str]) -> _Choices:
        free = [
            at
            for at, each in enumerate(self._proposals)
            if not barred or barred.isdisjoint(each.documents)
        ]
        found: list[_Scored] = [(self._get_log(left), left, ())]
        singles: list[_Scored] = [(*self._add(left, at), (at,)) for at in free]
        found += singles
        best = max(score for score, _, _ in found)
        pairs = self._extend(singles, free, least=best - DEPTH)
        found += pairs
        best = max(best, max((score for score, _, _ in pairs), default=best))
        likely = heapq.nlargest(PAIRS_EXTENDED, pairs, key=lambda each: each[0])
        found += self._extend(likely, free, least=best - DEPTH)
        best = max(score for score, _, _ in found)
        kept = [each for each in found if each[0] >= best - DEPTH]
        total = _add_logs([score for score, _, _ in kept])
        return _Choices(
            total,
            tuple(
                (tuple(self._proposals[at] for at in chosen), rest, math.exp(score - total))
                for score, rest, chosen in kept
            ),
        )

    def _add(self, left: int, at: int) -> tuple[float, int]:
        rest = left - self._deltas[at]
        return self._proposals[at].log_odds + self._get_log(rest), rest

    def _extend(
        self,
        sets: Sequence[_Scored],
        free: Sequence[int],
        *,
        least: float,
    ) -> list[_Scored]:
        """Return sets with one proposal more, as far as they may weigh `least` (log) or more."""
        grown: list[_Scored] = []
        for score, left, chosen in sets:
            odds = score - self._get_log(left)
            for at in free:
                # The likeliest come first, and no rest is surer than sure.
                if odds + self._proposals[at].log_odds < least:
                    break
                if at <= chosen[-1] or not self._rivals[at].isdisjoint(chosen):
                    continue
                more, rest = self._add(left, at)
                if odds + more >= least:
                    grown.append((odds + more, rest, (*chosen, at)))
        return grown

    def _shorten(self, proposals: Sequence[Hypothesis]) -> list[Hypothesis]:
        """Return the proposals that do most by themselves, and those that explain a part."""
        quantity = self.difference.quantity

        def gain(hypothesis: Hypothesis) -> float:
            return hypothesis.log_odds + self._get_log(quantity - self._get_delta(hypothesis))

        best = heapq.nlargest(PROPOSALS_MAX, proposals, key=gain)
        chosen = {id(each) for each in best}
        parts = [each for each in proposals if id(each) not in chosen]
        return best + heapq.nlargest(PARTS_MAX, parts, key=lambda each: each.log_odds)

    def _get_delta(self, hypothesis: Hypothesis) -> int:
        return hypothesis.deltas[self.difference.key]

    def _get_log(self, rest: int) -> float:
        known = self._logs.get(rest)
        if known is None:
            known = self._logs[rest] = math.log(self.judge(rest).total)
        return known


def weigh(
    differences: Sequence[Difference],
    hypotheses: Sequence[Hypothesis],
    *,
    goods: Mapping[Key, Goods],
    odds: Odds,
) -> dict[Key, tuple[list[Outcome], Bench]]:
    """Return for each key what may have happened there, likeliest first, and its bench."""
    single: dict[Key, list[Hypothesis]] = defaultdict(list)
    twins: list[Hypothesis] = []
    for each in hypotheses:
        if len(each.deltas) == 1:
            single[next(iter(each.deltas))].append(each)
        else:
            twins.append(each)
    benches = {
        each.key: Bench(each, single[each.key], goods=goods[each.key], odds=odds)
        for each in differences
    }
    likely = [each for each in merge(twins) if _gain_of_twin(each, benches) >= TWIN_GAIN_MIN]
    found: dict[Key, tuple[list[Outcome], Bench]] = {}
    for keys, joined in split_by_component(benches, likely):
        sets = _Search([benches[key] for key in keys], joined).run()
        for key in keys:
            found[key] = (_spread(key, sets=sets, bench=benches[key]), benches[key])
    return found


def _gain_of_twin(twin: Hypothesis, benches: Mapping[Key, Bench]) -> float:
    gain = twin.log_odds
    for key, delta in twin.deltas.items():
        bench = benches[key]
        quantity = bench.difference.quantity
        gain += bench.glance(quantity - delta) - bench.glance(quantity)
    return gain


#: What is left to explain at a key, and the documents that have explained the rest.
_Left = tuple[int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class _Set:
    """Twins by number, their weight (log), what they leave to keys, and the twins they exclude."""

    score: float
    chosen: tuple[int, ...]
    left: Mapping[Key, _Left]
    barred: frozenset[int]


class _Search:
    """A beam over sets of what joins keys."""

    def __init__(self, benches: Sequence[Bench], twins: Sequence[Hypothesis]) -> None:
        self._benches = {each.difference.key: each for each in benches}
        self._twins = heapq.nlargest(
            TWINS_MAX, twins, key=lambda each: _gain_of_twin(each, self._benches)
        )
        self._excluded = [
            frozenset(at for at, other in enumerate(self._twins) if _exclude(twin, other))
            for twin in self._twins
        ]
        self._documents = [frozenset(twin.documents) for twin in self._twins]
        self._keys = [tuple(twin.deltas) for twin in self._twins]
        self._gains: dict[tuple[int, _Left | None, _Left | None], float] = {}

    def run(self) -> list[tuple[tuple[Hypothesis, ...], float]]:
        """Return sets of twins with their probabilities, the empty one among them."""
        base = sum(bench.weigh(bench.difference.quantity).total for bench in self._benches.values())
        layer = [_Set(base, (), {}, frozenset())]
        states = list(layer)
        best = base
        for _ in range(len(self._benches) if self._twins else 0):
            grown = [each for before in layer for each in self._grow(before, least=best - DEPTH)]
            if not grown:
                break
            best = max(best, *(score for score, _, _ in grown))
            likely = heapq.nlargest(BEAM, grown, key=lambda each: each[0])
            likely = [each for each in likely if each[0] >= best - DEPTH]
            layer = [self._join(before, at, score=score) for score, before, at in likely]
            states += layer
        total = _add_logs([state.score for state in states])
        return [
            (tuple(self._twins[at] for at in state.chosen), math.exp(state.score - total))
            for state in states
        ]

    def _grow(self, before: _Set, *, least: float) -> Iterable[tuple[float, _Set, int]]:
        """Yield sets with one twin more and their weights (log), where those are not too small."""
        left = before.left
        for at in range(before.chosen[-1] + 1 if before.chosen else 0, len(self._twins)):
            if at in before.barred:
                continue
            one, other = self._keys[at]
            found = (at, left.get(one), left.get(other))
            gain = self._gains.get(found)
            if gain is None:
                gain = self._gains[found] = self._weigh(before, at)
            if before.score + gain >= least:
                yield before.score + gain, before, at

    def _weigh(self, before: _Set, at: int) -> float:
        """Return how much likelier a set is (log) with one twin more."""
        gain = self._twins[at].log_odds
        for key in self._keys[at]:
            bench = self._benches[key]
            was, barred = self._get_left(before, key)
            now, more = self._take(before, at, key)
            gain += bench.weigh(now, barred=more).total - bench.weigh(was, barred=barred).total
        return gain

    def _join(self, before: _Set, at: int, *, score: float) -> _Set:
        left = {**before.left, **{key: self._take(before, at, key) for key in self._keys[at]}}
        return _Set(score, (*before.chosen, at), left, before.barred | self._excluded[at])

    def _get_left(self, before: _Set, key: Key) -> _Left:
        return before.left.get(key) or (self._benches[key].difference.quantity, frozenset())

    def _take(self, before: _Set, at: int, key: Key) -> _Left:
        was, barred = self._get_left(before, key)
        return was - self._twins[at].deltas[key], barred | self._documents[at]


def leave(bench: Bench, twins: Sequence[Hypothesis]) -> _Choices:
    """Return what may have happened at a key beside what joins it with others."""
    key = bench.difference.key
    left = bench.difference.quantity
    documents: set[str] = set()
    for twin in twins:
        if key in twin.deltas:
            left -= twin.deltas[key]
            documents.update(twin.documents)
    return bench.weigh(left, barred=frozenset(documents))


def _spread(
    key: Key, *, sets: Sequence[tuple[tuple[Hypothesis, ...], float]], bench: Bench
) -> list[Outcome]:
    """Return what may have happened at one key over all sets of what joins it with others."""
    by_identity: dict[tuple[int, ...], tuple[Hypothesis, ...]] = {}
    weights: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for twins, probability in sets:
        touching = tuple(twin for twin in twins if key in twin.deltas)
        name = tuple(id(twin) for twin in touching)
        by_identity[name] = touching
        weights[name] += probability
    outcomes = [
        Outcome(chosen=(*by_identity[name], *chosen), rest=rest, probability=weight * share)
        for name, weight in weights.items()
        for chosen, rest, share in leave(bench, by_identity[name]).sets
    ]
    return sorted(outcomes, key=lambda outcome: -outcome.probability)


def _exclude(one: Hypothesis, other: Hypothesis) -> bool:
    """Say whether two things cannot both have happened: one document, one key, or one cause."""
    if not any(key in other.deltas for key in one.deltas):
        return False
    if one.documents:
        return not set(one.documents).isdisjoint(other.documents)
    # What names no document happens once to a key.
    return one.cause is other.cause


def _find_rivals(proposals: Sequence[Hypothesis]) -> list[set[int]]:
    """Return for each proposal of one key those it excludes, by number."""
    by_name: defaultdict[str, set[int]] = defaultdict(set)
    for at, each in enumerate(proposals):
        for name in each.documents or (f"/{each.cause}",):
            by_name[name].add(at)
    return [
        set[int]().union(*(by_name[name] for name in each.documents or (f"/{each.cause}",))) - {at}
        for at, each in enumerate(proposals)
    ]


def _add_logs(logs: Sequence[float]) -> float:
    best = max(logs)
    return best + math.log(sum(math.exp(each - best) for each in logs))


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
