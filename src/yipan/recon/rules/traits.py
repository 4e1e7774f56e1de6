"""
What speaks for and against a cause at a key, as numbers a scorecard can add up.

Each trait has a name that people can read, and small values: logs, shares, yes (1) and no (0).
A log of odds is cut off where more of it says nothing new. What is not there is 0.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from yipan.recon.rules.exposure import RECEIPTS
from yipan.recon.rules.odds import Odds
from yipan.recon.rules.recounts import list_others
from yipan.recon.rules.scoring import Bench, Outcome
from yipan.recon.rules.values import Cause, Difference, Evidence, Hypothesis, Key, Line

#: Causes that are but other words for not knowing: nothing is claimed by them.
QUIET = frozenset({Cause.SHRINKAGE, Cause.UNKNOWN})
#: A cause less likely than this by what was weighed is not looked at again.
PROBABLE_MIN = 1e-4
#: Logs of odds beyond these say nothing more.
LOG_MAX, LOG_OF_NOTHING_MAX = 7.0, 4.0
EXACT_MIN, EXACT_MAX = -12.0, 3.0
#: Only so much of what may have happened is looked through, likeliest first.
OUTCOMES_MAX = 150
KINDS = {
    "goods_receipt": "on_receipt",
    "transfer_receipt": "on_transfer_in",
    "transfer_shipment": "on_transfer_out",
    "sales_issue": "on_sale",
    "customer_return": "on_return",
}
MODES = {"": "mode_unnoted", "key": "mode_key", "scan": "mode_scan", "bulk": "mode_bulk"}

Traits = dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """A difference with all that was weighed of it; `probable` is each cause's probability."""

    difference: Difference
    outcomes: Sequence[Outcome]
    bench: Bench
    probable: Mapping[Cause, float]

    def share(self, cause: Cause) -> float:
        """Return how likely a cause is that names a document, in what joins this key to others."""
        return sum(
            each.probability
            for each in self.outcomes[:OUTCOMES_MAX]
            if any(one.cause is cause for one in each.chosen)
        )


@dataclass(kw_only=True, slots=True)
class Surroundings:
    """All that was looked at together, and what of it is opposite to what."""

    evidence: Evidence
    odds: Odds
    sights: Mapping[Key, Sight]
    by_quantity: dict[tuple[str, int], list[Key]] = field(default_factory=lambda: defaultdict(list))
    by_sku: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for each in self.evidence.differences:
            if each.quantity:
                self.by_quantity[each.key.site, each.quantity].append(each.key)
                self.by_sku[each.key.sku].append(each)


def describe(key: Key, around: Surroundings) -> dict[Cause, Traits]:
    """Return the traits of each cause that may be at work at a key."""
    sight = around.sights[key]
    causes = [
        cause
        for cause in Cause
        if cause not in QUIET
        and (
            sight.probable.get(cause, 0.0) > PROBABLE_MIN
            or (cause is Cause.THEFT and sight.difference.quantity < 0)
        )
    ]
    if not causes:
        return {}
    shared = dict(_describe_key(sight, around))
    exact = _find_exact(sight)
    best: dict[Cause, tuple[Outcome, Hypothesis]] = {}
    documents: dict[Cause, set[tuple[str, ...]]] = defaultdict(set)
    for outcome in sight.outcomes[:OUTCOMES_MAX]:
        for each in outcome.chosen:
            best.setdefault(each.cause, (outcome, each))
            documents[each.cause].add(each.documents)
    found = {}
    for cause in causes:
        traits = {**shared, **dict(_compare(cause, sight, exact=exact, odds=around.odds))}
        if cause in best:
            outcome, chosen = best[cause]
            traits |= _describe_choice(chosen, outcome=outcome, sight=sight, around=around)
            traits["log_choices"] = math.log(len(documents[cause]))
        found[cause] = traits
    return found


def to_log_odds(probability: float, *, most: float = LOG_MAX) -> float:
    """Return the log odds of a probability, cut off where more says nothing."""
    probability = min(1 - 1e-6, max(1e-6, probability))
    return min(most, max(-LOG_MAX, math.log(probability / (1 - probability))))


def _describe_key(sight: Sight, around: Surroundings) -> Iterator[tuple[str, float]]:
    each, odds = sight.difference, around.odds
    goods = around.evidence.get_goods(each.key.sku)
    pieces, is_loss = abs(each.quantity), each.quantity < 0
    for cause, name in ((Cause.THEFT, "theft"), *((quiet, quiet.value) for quiet in QUIET)):
        log_odds = to_log_odds(sight.probable.get(cause, 0.0), most=LOG_OF_NOTHING_MAX)
        yield f"{name}_by_weighing", log_odds
        yield f"{name}_is_likely", max(0.0, log_odds)
    yield "log_pieces", math.log(pieces)
    for number, name in ((1, "one_gone"), (2, "two_gone"), (3, "three_gone")):
        yield name, is_loss and pieces == number
    yield "gain", not is_loss
    yield "gain_of_one_or_two", not is_loss and pieces <= 2
    yield "hot_goods", goods.is_hot
    yield "log_price", math.log1p(goods.price_minor) / 3 - 2.5
    yield "nothing_left", each.stock + each.quantity == 0
    yield "all_past_its_date_gone", is_loss and each.expired == pieces
    yield "some_past_its_date", each.expired > 0
    others = list_others(each)
    yield "counted_again", bool(others)
    yield "confirmed", any(one.quantity == each.quantity for one in others)
    yield "contradicted", any(one.quantity != each.quantity for one in others)
    yield "another_saw_the_book", any(one.quantity == 0 for one in others)
    yield (
        "log_losses_expected",
        math.log(odds.weights.get_loss(goods, days=each.days, site=each.key.site)),
    )
    yield "log_share_differing", math.log(len(around.evidence.differences) / odds.keys + 1e-3)
    yield "log_unknown", math.log(max(1e-6, odds.unknown))
    yield "log_counts_wrong", math.log(max(1e-6, odds.wrong))
    yield "in_a_bin", each.key.place != ""
    yield "whole_packs", any(pieces % pack == 0 for pack in goods.packs if pack > 1)
    yield from _describe_opposites(each, around)
    yield from _describe_lines(each, around)


def _describe_opposites(each: Difference, around: Surroundings) -> Iterator[tuple[str, float]]:
    family = around.evidence.get_goods(each.key.sku).family
    yield (
        "opposite_in_family",
        family != ""
        and any(
            key != each.key and around.evidence.get_goods(key.sku).family == family
            for key in around.by_quantity.get((each.key.site, -each.quantity), ())
        ),
    )
    opposite = [
        other.key.site == each.key.site
        for other in around.by_sku[each.key.sku]
        if other.key != each.key and other.quantity == -each.quantity
    ]
    yield "opposite_of_sku", bool(opposite)
    yield "opposite_bin_of_site", any(opposite)


def _describe_lines(each: Difference, around: Surroundings) -> Iterator[tuple[str, float]]:
    """Yield what the lines and waiting papers of a key have that fits its number."""
    lines = around.evidence.lines.get(each.key, ())
    papers = around.evidence.expected.get(each.key, ())
    fits: Counter[str] = Counter()
    for line in lines:
        if line.kind == "customer_return":
            is_open = line.quantity == -each.quantity and not line.counterpart_verified
            fits["unverified_return_fits"] += is_open
            fits["return_twice_fits"] += 2 * abs(line.quantity) == abs(each.quantity)
        elif line.kind == "sales_issue":
            is_typed = line.mode in {"key", ""}
            fits["typed_sale_twice_fits"] += is_typed and -2 * line.quantity == each.quantity
        elif line.kind in RECEIPTS:
            fits["receipt_fits"] += line.quantity == -each.quantity
    for name in (
        "unverified_return_fits",
        "return_twice_fits",
        "typed_sale_twice_fits",
        "receipt_fits",
    ):
        yield name, fits[name] > 0
    yield "log_lines", math.log1p(len(lines)) - 2
    yield "paper_waits", bool(papers)
    yield "paper_fits", any(one.quantity == each.quantity for one in papers)


def _find_exact(sight: Sight) -> dict[Cause, float]:
    """Return the best log odds of what explains all of a difference by itself, by cause."""
    key, quantity = sight.difference.key, sight.difference.quantity
    twins = (each for one in sight.outcomes[:OUTCOMES_MAX] for each in one.chosen)
    found: dict[Cause, float] = {}
    for each in (*sight.bench.proposals, *(one for one in twins if len(one.deltas) > 1)):
        if each.deltas[key] == quantity:
            found[each.cause] = max(found.get(each.cause, -math.inf), each.log_odds)
    return found


def _compare(
    cause: Cause, sight: Sight, *, exact: Mapping[Cause, float], odds: Odds
) -> Iterator[tuple[str, float]]:
    """Yield how a cause stands beside its rivals."""
    weighed = to_log_odds(sight.probable.get(cause, 0.0))
    yield "by_weighing", weighed
    yield "is_likely", max(0.0, weighed)
    yield "is_unlikely", min(0.0, weighed + 3)
    others = [share for other, share in sight.probable.items() if other not in {cause, *QUIET}]
    rival = to_log_odds(max(others, default=0.0))
    yield "rival_by_weighing", rival
    yield "rival_is_likely", max(0.0, rival)
    mine = exact.get(cause)
    yield "fits_exactly", mine is not None
    yield "fit_by_weighing", 0.0 if mine is None else _cut(mine)
    rivals = [log_odds for other, log_odds in exact.items() if other is not cause]
    yield "rival_fits_exactly", bool(rivals)
    yield "rival_fit_by_weighing", _cut(max(rivals)) if rivals else 0.0
    yield "no_document_or_pattern", 1.0
    yield "log_cases_expected", math.log(odds.cases.get(cause, 0.0) / odds.keys * 100 + 0.01)


def _cut(log_odds: float) -> float:
    return min(EXACT_MAX, max(EXACT_MIN, log_odds)) + 4


def _describe_choice(
    chosen: Hypothesis, *, outcome: Outcome, sight: Sight, around: Surroundings
) -> Traits:
    """Return what is to be said of the likeliest thing a cause may have done at a key."""
    each = sight.difference
    delta = chosen.deltas[each.key]
    traits: Traits = {
        "no_document_or_pattern": 0.0,
        "share_of_its_best": outcome.probability,
        "leaves_a_rest": outcome.rest != 0,
        "leaves_a_gain": outcome.rest > 0,
        "further_causes": len(outcome.chosen) - 1,
        "goes_the_other_way": (delta > 0) != (each.quantity > 0),
        "is_all_of_it": delta == each.quantity,
        "agreed": len(chosen.agreed),
        "missing": len(chosen.missing),
        **{f"says_{name}": 1.0 for name in chosen.agreed},
    }
    lines = around.evidence.lines.get(each.key, ())
    line = next((one for one in lines if one.document in chosen.documents), None)
    if line is not None:
        traits |= _describe_line(line, delta=delta, each=each)
        habit = around.odds.habits.compare(chosen.cause, line)
        traits["log_habit"] = math.log(max(0.1, habit))
    twin = next((key for key in chosen.deltas if key != each.key), None)
    if twin is not None:
        other = around.sights.get(twin)
        traits |= {
            "joins_keys": 1.0,
            "twin_is_opposite": other is not None and other.difference.quantity == -each.quantity,
            "twin_agrees": other.share(chosen.cause) if other is not None else 0.0,
            "twin_of_sku": twin.sku == each.key.sku,
            "twin_of_site": twin.site == each.key.site,
        }
    return traits


def _describe_line(line: Line, *, delta: int, each: Difference) -> Traits:
    pieces = abs(line.quantity)
    age = (each.counted_at - line.occurred_at).total_seconds() / 86_400
    traits: Traits = {
        "expected_is_written": line.quantity_expected == pieces,
        "off_expected": line.quantity_expected not in {None, pieces},
        "counterpart_is_written": line.counterpart_quantity == pieces,
        "off_counterpart": line.counterpart_quantity not in {None, pieces},
        "verified": line.counterpart_verified,
        "has_counterpart": line.counterpart != "",
        "share_of_line": min(3.0, abs(delta) / max(1, pieces)),
        "log_line": math.log1p(pieces) - 2,
        "log_age": math.log1p(max(0.0, age)) - 2,
    }
    if line.kind in KINDS:
        traits[KINDS[line.kind]] = 1.0
    if line.mode in MODES:
        traits[MODES[line.mode]] = 1.0
    return traits
