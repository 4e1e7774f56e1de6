"""
What a key shows before any rule is asked: plain figures, for a learner that is to find its own.

Only evidence is read here, never the truth. What is not there is 0.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from yipan.recon.rules import Difference, Evidence, Expected, Key, Line

KINDS = (
    *("goods_receipt", "transfer_receipt", "transfer_shipment", "sales_issue"),
    *("customer_return", "bin_move", "sample_issue", "scrap"),
)
MODES = ("key", "scan", "bulk")
PAPERS = ("receipt", "handover", "return", "foreign", "area")

Figures = Iterator[tuple[str, float]]


@dataclass(kw_only=True, slots=True)
class Neighbors:
    """What else differs: by good, by family and site, and by the papers that lines stand on."""

    evidence: Evidence
    by_key: dict[Key, Difference] = field(default_factory=dict)
    by_sku: dict[str, list[Difference]] = field(default_factory=lambda: defaultdict(list))
    by_family: dict[tuple[str, str], list[Difference]] = field(
        default_factory=lambda: defaultdict(list)
    )
    by_paper: dict[str, list[tuple[Key, Line]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for each in self.evidence.differences:
            if each.quantity:
                goods = self.evidence.get_goods(each.key.sku)
                self.by_key[each.key] = each
                self.by_sku[each.key.sku].append(each)
                self.by_family[each.key.site, goods.family].append(each)
        for key, lines in self.evidence.lines.items():
            for line in lines:
                for paper in {line.document, line.counterpart} - {""}:
                    self.by_paper[paper].append((key, line))


def list_figures(each: Difference, around: Neighbors) -> Figures:
    """Yield plain figures of a key, each under a name of its own."""
    evidence, gone = around.evidence, -each.quantity
    goods = evidence.get_goods(each.key.sku)
    lines = evidence.lines.get(each.key, ())
    yield "quantity", each.quantity
    yield "stock", each.stock
    yield "counted", each.stock + each.quantity
    yield "days", each.days
    yield "is_blind", each.is_blind
    yield "expired", each.expired
    yield "expired_less_gone", each.expired - gone
    yield "price", goods.price_minor
    yield "sample_days", goods.sample_days
    yield "sample_quantity", goods.sample_quantity
    yield "pack_least", min(goods.packs, default=1)
    yield "pack_most", max(goods.packs, default=1)
    yield "rest_of_pack", gone % max(1, min(goods.packs, default=1))
    yield "in_a_bin", each.key.place != ""
    yield from _look_at_rounds(each)
    yield from _look_at_papers(evidence.expected.get(each.key, ()), each)
    for kind in KINDS:
        yield from _look_at_kind(kind, [line for line in lines if line.kind == kind], each)
    yield from _look_at_samples(lines, each)
    yield from _look_at_others(each, around, lines=lines, family=goods.family)


def _look_at_rounds(each: Difference) -> Figures:
    yield "rounds", len(each.rounds)
    others = [one.quantity for one in each.rounds]
    yield "rounds_apart", sum(others) / len(others) - each.quantity if others else 0.0
    yield "rounds_zero", sum(one == 0 for one in others)
    yield "rounds_differ", len(set(others)) > 1


def _look_at_papers(papers: Sequence[Expected], each: Difference) -> Figures:
    for kind in PAPERS:
        mine = [one for one in papers if one.kind == kind]
        yield f"{kind}_papers", len(mine)
        if mine:
            near = min(mine, key=lambda one: abs(one.quantity - each.quantity))
            yield f"{kind}_paper_apart", near.quantity - each.quantity
            yield f"{kind}_paper_fits", near.quantity == each.quantity
            yield f"{kind}_paper_age", (each.counted_at - near.at).total_seconds() / 86_400


def _look_at_kind(kind: str, lines: Sequence[Line], each: Difference) -> Figures:
    yield f"{kind}_lines", len(lines)
    if not lines:
        return
    gone, days = -each.quantity, [_age(line, each) for line in lines]
    yield f"{kind}_pieces", sum(abs(line.quantity) for line in lines)
    yield f"{kind}_newest", min(days)
    yield f"{kind}_a_day", len(lines) / each.days
    for mode in MODES:
        yield f"{kind}_{mode}", sum(line.mode == mode for line in lines)
    yield f"{kind}_multiplied", sum(line.uses_multiplier for line in lines)
    yield f"{kind}_unpaired", sum(not line.counterpart for line in lines)
    yield f"{kind}_late", sum(line.recorded_at > each.counted_at for line in lines)
    fits = [line for line in lines if line.quantity == gone]
    yield f"{kind}_fits", len(fits)
    yield f"{kind}_fits_typed", sum(line.mode in ("key", "") for line in fits)
    yield f"{kind}_fits_unpaired", sum(not line.counterpart for line in fits)
    yield f"{kind}_fits_age", min((_age(line, each) for line in fits), default=99.0)
    yield f"{kind}_fits_twice", sum(2 * line.quantity == gone for line in lines)
    yield f"{kind}_most", max(abs(line.quantity) for line in lines)
    counts = Counter((line.quantity, line.counterpart) for line in lines)
    yield f"{kind}_doubled", sum(many > 1 for (_, paper), many in counts.items() if paper)
    apart = [
        line.counterpart_quantity - abs(line.quantity)
        for line in lines
        if line.counterpart_quantity is not None
    ]
    yield f"{kind}_told_apart", sum(apart)
    yield f"{kind}_told_fits", sum(one == each.quantity for one in apart)
    apart = [
        line.quantity_expected - abs(line.quantity)
        for line in lines
        if line.quantity_expected is not None
    ]
    yield f"{kind}_awaited_apart", sum(apart)
    yield f"{kind}_awaited_fits", sum(one == each.quantity for one in apart)
    # Who scans sees; what was accepted unseen may be anything.
    yield f"{kind}_unseen", sum(line.mode in ("bulk", "") for line in lines)
    yield f"{kind}_unseen_pieces", sum(abs(x.quantity) for x in lines if x.mode in ("bulk", ""))


def _look_at_samples(lines: Sequence[Line], each: Difference) -> Figures:
    at = sorted(line.occurred_at for line in lines if line.kind == "sample_issue")
    edges = [each.since, *at, each.counted_at]
    gaps = [(b - a).total_seconds() / 86_400 for a, b in itertools.pairwise(edges)]
    yield "samples_gap_most", max(gaps)
    yield "samples_gap_last", gaps[-1]


def _look_at_others(
    each: Difference, around: Neighbors, *, lines: Iterable[Line], family: str
) -> Figures:
    gone = -each.quantity
    for name, others in (
        ("sku", around.by_sku[each.key.sku]),
        ("family", around.by_family[each.key.site, family]),
    ):
        rest = [one for one in others if one.key != each.key]
        yield f"{name}_differ", len(rest)
        yield f"{name}_less", sum(one.quantity < 0 for one in rest)
        yield f"{name}_sum", sum(one.quantity for one in rest)
        yield f"{name}_opposite", sum(one.quantity == gone for one in rest)
        near = min((abs(one.quantity - gone) for one in rest), default=99)
        yield f"{name}_near", near
        yield f"{name}_alike", sum(one.quantity == each.quantity for one in rest)
    same, opposite, there = 0, 0, 0
    for line in lines:
        for paper in {line.document, line.counterpart} - {""}:
            for key, other in around.by_paper[paper]:
                if key == each.key or key not in around.by_key:
                    continue
                found = around.by_key[key].quantity
                is_same_good = key.sku == each.key.sku
                there += not is_same_good
                opposite += is_same_good and found == gone
                same += not is_same_good and found == -other.quantity and line.quantity == gone
    yield "log_of_same_papers", math.log1p(there)
    yield "papers_whole_alike", same
    yield "papers_opposite", opposite


def _age(line: Line, each: Difference) -> float:
    return (each.counted_at - line.occurred_at).total_seconds() / 86_400
