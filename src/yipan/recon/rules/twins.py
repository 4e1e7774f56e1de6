"""
What leaves a trace on two keys: one up, another down by the same.

Ten stores and four hundred goods always hold some pair that fits by accident. What a line offers
is therefore shared out among all the partners it may have had, not among those that happen to fit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from yipan.recon.rules.documents import weigh_key
from yipan.recon.rules.exposure import (
    PICKS,
    RECEIPTS,
    expose_to_sku_mixup,
    expose_to_wrong_shipment,
    expose_to_wrong_site,
    spread_size,
)
from yipan.recon.rules.odds import SHARED, Odds
from yipan.recon.rules.papers import Papers, answers
from yipan.recon.rules.values import Cause, Correction, Difference, Evidence, Hypothesis, Line

#: Two sides may be apart by small losses: a piece, or a tenth.
APART_SHARE = 0.10
#: Goods are mixed up within their family, cartons along their route; the rest goes anywhere.
IN_FAMILY = 0.95
ON_ROUTE = 0.9
#: Of mixed up goods so many are a whole line.
WHOLE = 0.6
#: That the sum over two bins is zero by a move nobody wrote down.
MOVED = 0.3
MOVED_BY_NOBODY = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pair:
    """
    A cause on two differences: `delta` on the first, its opposite on the second.

    `share` is what its lines offer to it; of causes that are not shared it is the probability.
    """

    cause: Cause
    first: Difference
    second: Difference
    delta: int
    share: float
    variant: str = ""
    documents: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    correction: Correction = Correction.EXCHANGE_SKU
    line: Line | None = None


@dataclass(kw_only=True, slots=True)
class _Places:
    """The keys of a count by site and family, and what came where on which day."""

    by_site: Counter[str] = field(default_factory=Counter)
    by_family: Counter[tuple[str, str]] = field(default_factory=Counter)
    stops: dict[tuple[str, object], set[str]] = field(default_factory=lambda: defaultdict(set))

    @classmethod
    def of(cls, evidence: Evidence) -> _Places:
        """Look at all keys of which lines or differences are known."""
        places = cls()
        known = {*evidence.lines, *(each.key for each in evidence.differences)}
        for key in known:
            places.by_site[key.site] += 1
            family = evidence.get_goods(key.sku).family
            if family:
                places.by_family[key.site, family] += 1
        for key, lines in evidence.lines.items():
            for line in lines:
                if line.kind in RECEIPTS and line.partner:
                    places.stops[line.partner, line.occurred_at.date()].add(key.site)
        return places

    def get_stops(self, line: Line) -> set[str]:
        """Return the other sites that got something of the same partner on the same day."""
        return self.stops.get((line.partner, line.occurred_at.date()), set()) - {line.key.site}


def propose(*, evidence: Evidence, odds: Odds, papers: Papers) -> Iterator[Hypothesis]:
    """Yield what may have moved a quantity from one counted key to another."""
    places = _Places.of(evidence)
    for first in evidence.differences:
        for second in _list_partners(first, evidence=evidence):
            for pair in _list_pairs(first, second, evidence=evidence, places=places, papers=papers):
                category = evidence.get_goods(first.key.sku).category
                yield Hypothesis(
                    cause=pair.cause,
                    variant=pair.variant,
                    deltas={first.key: pair.delta, second.key: -pair.delta},
                    documents=pair.documents,
                    log_odds=odds.weigh(
                        pair.cause, category=category, share=pair.share, line=pair.line
                    )
                    if pair.cause in SHARED
                    else odds.weigh_sure(pair.cause, category=category, probability=pair.share),
                    agreed=pair.agreed,
                    missing=pair.missing,
                    correction=pair.correction,
                )


def are_opposite(first: int, second: int) -> bool:
    """Say whether two differences may be the two sides of one mistake."""
    apart = abs(first + second)
    return first * second < 0 and apart <= max(1, APART_SHARE * max(abs(first), abs(second)))


def is_near(seen: int, wanted: int) -> bool:
    """Say whether a difference may be what a mistake leaves, small losses beside it."""
    return abs(seen - wanted) <= max(1, APART_SHARE * abs(wanted))


def _list_partners(first: Difference, *, evidence: Evidence) -> list[Difference]:
    """Return the differences that may be the other side: of the same SKU, or at the same site."""
    return [
        second
        for second in evidence.differences
        if second.key != first.key
        and (second.key.sku == first.key.sku or second.key.site == first.key.site)
    ]


def _list_pairs(
    first: Difference,
    second: Difference,
    *,
    evidence: Evidence,
    places: _Places,
    papers: Papers,
) -> Iterator[_Pair]:
    lines = [
        line
        for line in evidence.lines.get(first.key, ())
        if line.recorded_at <= first.counted_at and line.quantity
    ]
    if first.key.sku != second.key.sku:
        if first.key.site == second.key.site:
            yield from _list_sku_mixups(
                first, second, lines=lines, evidence=evidence, places=places
            )
    elif first.key.site == second.key.site:
        yield from _list_bin_mixups(first, second, lines=lines)
    else:
        yield from _list_wrong_sites(first, second, lines=lines, places=places, papers=papers)
        yield from _list_wrong_shipments(first, second, lines=lines, evidence=evidence)


def _list_sku_mixups(
    first: Difference,
    second: Difference,
    *,
    lines: Sequence[Line],
    evidence: Evidence,
    places: _Places,
) -> Iterator[_Pair]:
    """Yield that goods of one SKU went through the books as another: lines, or single sales."""
    one, other = (evidence.get_goods(side.key.sku) for side in (first, second))
    site = first.key.site
    is_family = bool(one.family) and one.family == other.family
    related = (
        IN_FAMILY / max(1, places.by_family[site, one.family] - 1)
        if is_family
        else (1 - IN_FAMILY) / max(20, places.by_site[site])
    )
    agreed = ("same_family",) if is_family else ()
    for line in lines:
        if line.kind in RECEIPTS or line.kind in PICKS:
            # Booked on the first, and it was the second: the first has too much in its book.
            fits = (
                is_near(first.quantity, -line.quantity),
                is_near(second.quantity, line.quantity),
            )
            whole = {-line.quantity: WHOLE} if all(fits) or (is_family and any(fits)) else {}
            parts = _list_parts(first, second, line=line) if is_family else {}
            for delta, share in (whole | parts).items():
                yield _Pair(
                    cause=Cause.SKU_MIXUP,
                    variant="at_receipt" if line.kind in RECEIPTS else "at_pick",
                    first=first,
                    second=second,
                    delta=delta,
                    share=expose_to_sku_mixup(line) * related * share,
                    documents=(line.document,),
                    agreed=agreed,
                    line=line,
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
                share=sum(expose_to_sku_mixup(line) for line in sold)
                * related
                / (1 + first.quantity),
                documents=tuple(multiplied[:3]),
                line=sold[0],
                agreed=("same_family", "same_price", *(("multiplier",) if multiplied else ())),
                missing=() if multiplied else ("multiplier",),
            )


def _list_parts(first: Difference, second: Difference, *, line: Line) -> dict[int, float]:
    """Return by how many pieces of a line may have been the other goods, with their shares."""
    if not are_opposite(first.quantity, second.quantity) or first.quantity * line.quantity > 0:
        return {}
    return {
        delta: (1 - WHOLE) * spread_size(abs(delta), most=abs(line.quantity))
        for delta in (first.quantity, -second.quantity)
        if abs(delta) < abs(line.quantity)
    }


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
            share=MOVED if movers else MOVED_BY_NOBODY,
            agreed=("sum_over_bins_is_zero",),
            missing=() if movers else ("bin_move",),
            correction=Correction.MOVE_BIN,
        )


def _list_wrong_sites(
    first: Difference,
    second: Difference,
    *,
    lines: Sequence[Line],
    places: _Places,
    papers: Papers,
) -> Iterator[_Pair]:
    """Yield that a delivery booked at the first site was unloaded at the second."""
    for line in lines:
        if line.kind not in RECEIPTS or line.quantity <= 0:
            continue
        stops = places.get_stops(line)
        same_route = second.key.site in stops
        fits = (is_near(first.quantity, -line.quantity), is_near(second.quantity, line.quantity))
        if not all(fits) and not (same_route and any(fits)):
            continue
        # Of no stop known, any site may have got it.
        anywhere = 1.0 if not stops else 1 - ON_ROUTE
        share = ON_ROUTE / len(stops) if same_route else anywhere / max(1, len(places.by_site) - 1)
        yield _Pair(
            cause=Cause.WRONG_SITE,
            first=first,
            second=second,
            delta=-line.quantity,
            share=expose_to_wrong_site(line)
            * share
            * papers.weigh_load(line, site=second.key.site),
            documents=(line.document,),
            agreed=("same_route_and_day",) if same_route else (),
            missing=() if same_route else ("same_route_and_day",),
            correction=Correction.TRANSFER,
        )


def _list_wrong_shipments(
    first: Difference, second: Difference, *, lines: Sequence[Line], evidence: Evidence
) -> Iterator[_Pair]:
    """Yield that the sender packed another number than both papers say."""
    shipped = [
        line
        for line in evidence.lines.get(second.key, ())
        if line.kind in PICKS and line.quantity < 0
    ]
    for line in lines:
        origin = next((each for each in shipped if answers(line, each)), None)
        if line.kind != "transfer_receipt" or origin is None:
            continue
        agreed, missing = weigh_key(origin)
        # Either side may have other causes beside this one.
        for delta in {first.quantity, -second.quantity}:
            if abs(delta) >= line.quantity:
                continue
            is_short = delta < 0
            yield _Pair(
                cause=Cause.SHORT_SHIPMENT if is_short else Cause.OVER_SHIPMENT,
                first=first,
                second=second,
                delta=delta,
                share=expose_to_wrong_shipment(line) * spread_size(abs(delta), most=line.quantity),
                documents=(origin.document, line.document),
                agreed=("both_ends_counted", *agreed),
                missing=missing,
                correction=Correction.REVERSE_AND_REPOST,
            )
