"""
What promotions (促销) give to the lines of a ticket: discounts, and gifts as lines of their own.

One rule for the register, the store and the hub. `pos/static/pos/promotions.js` is the same
rule for the browser; both are tried with the same cases. Money is in whole minor units,
quantities in smallest units.

A line that one promotion has touched is left alone by the others, but a gift takes nothing
from a line. Promotions come in the order of their priority, the highest first, then by code.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

PERCENT, AMOUNT, N_FOR_M, GIFT = KINDS = ("percent", "amount", "n_for_m", "gift")


@dataclass(frozen=True, kw_only=True, slots=True)
class Promotion:
    """
    A promotion. Which fields count depends on `kind`:

    `percent` takes `percent` off each line; `amount` takes `amount_minor` off each unit;
    `n_for_m` gives of each `buy_quantity` units all but `pay_quantity` free, the cheapest;
    `gift` gives `gift_quantity` of `gift_sku` for each `buy_quantity` units.

    `skus` and `categories` (branches of the tree) say to which goods it applies, both empty
    to all; `sites` and `regions` in which stores. The dates are business dates, both included.
    """

    code: str
    kind: str
    name: str = ""
    name_zh: str = ""
    percent: int = 0
    amount_minor: int = 0
    buy_quantity: int = 1
    pay_quantity: int = 0
    gift_sku: str = ""
    gift_quantity: int = 0
    skus: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_to: date | None = None
    priority: int = 0
    is_active: bool = True
    version: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A line a promotion may touch; one of quantity zero or below it may not."""

    sku: str
    quantity: int
    price_minor: int
    category: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Discount:
    """What a promotion takes off a line, by the place of the line."""

    line: int
    promotion: str
    discount_minor: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """What a promotion gives away."""

    sku: str
    quantity: int
    promotion: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What promotions give: discounts in the order of the lines, gifts in that of the rules."""

    discounts: tuple[Discount, ...] = ()
    gifts: tuple[Gift, ...] = ()


def apply_promotions(lines: Sequence[Line], promotions: Iterable[Promotion]) -> Given:
    """Return what promotions give to these lines. Those that hold are chosen before."""
    discounts: list[Discount] = []
    gifts: list[Gift] = []
    taken: set[int] = set()
    for promotion in sorted(promotions, key=lambda each: (-each.priority, each.code)):
        places = [place for place, line in enumerate(lines) if _matches(line, promotion)]
        if promotion.kind == GIFT:
            gifts += _find_gifts(lines, places, promotion)
            continue
        free = [place for place in places if place not in taken]
        for place, minor in _GIVERS[promotion.kind](lines, free, promotion):
            taken.add(place)
            if minor > 0:
                discounts.append(
                    Discount(line=place, promotion=promotion.code, discount_minor=minor)
                )
    return Given(discounts=tuple(sorted(discounts, key=lambda each: each.line)), gifts=tuple(gifts))


def choose_valid(
    promotions: Iterable[Promotion], *, site: str, region: str, day: date
) -> list[Promotion]:
    """Return those that hold at a store on a business date."""
    return [
        each
        for each in promotions
        if each.is_active
        and (each.valid_from is None or each.valid_from <= day)
        and (each.valid_to is None or day <= each.valid_to)
        and (
            not (each.sites or each.regions)
            or site in each.sites
            or (region != "" and region in each.regions)
        )
    ]


def find_undue_gifts(
    *, given: Mapping[tuple[str, str], int], due: Iterable[Gift]
) -> dict[tuple[str, str], int]:
    """
    Return (promotion, SKU) to what was given away beyond what the rule gives.

    `given` is the same of the gift lines of a ticket; gifts that name no promotion were
    given by hand, and are none of the rule's business. Less than is due was declined.
    """
    allowed = {(gift.promotion, gift.sku): gift.quantity for gift in due}
    over = {key: quantity - allowed.get(key, 0) for key, quantity in given.items() if key[0]}
    return {key: quantity for key, quantity in over.items() if quantity > 0}


def _matches(line: Line, promotion: Promotion) -> bool:
    if line.quantity <= 0:
        return False
    if not promotion.skus and not promotion.categories:
        return True
    return line.sku in promotion.skus or _is_in(line.category, promotion.categories)


def _is_in(category: str, branches: Collection[str]) -> bool:
    return any(category == branch or category.startswith(f"{branch}/") for branch in branches)


def _find_gifts(lines: Sequence[Line], places: Sequence[int], promotion: Promotion) -> list[Gift]:
    units = sum(lines[place].quantity for place in places)
    quantity = units // promotion.buy_quantity * promotion.gift_quantity
    if quantity <= 0:
        return []
    return [Gift(sku=promotion.gift_sku, quantity=quantity, promotion=promotion.code)]


Taken = list[tuple[int, int]]


def _give_percent(lines: Sequence[Line], places: Sequence[int], promotion: Promotion) -> Taken:
    # Half a minor unit is rounded up.
    return [
        (
            place,
            (lines[place].quantity * lines[place].price_minor * promotion.percent * 2 + 100) // 200,
        )
        for place in places
    ]


def _give_amount(lines: Sequence[Line], places: Sequence[int], promotion: Promotion) -> Taken:
    return [
        (
            place,
            min(promotion.amount_minor, lines[place].price_minor) * lines[place].quantity,
        )
        for place in places
    ]


def _give_n_for_m(lines: Sequence[Line], places: Sequence[int], promotion: Promotion) -> Taken:
    units = sum(lines[place].quantity for place in places)
    free = units // promotion.buy_quantity * (promotion.buy_quantity - promotion.pay_quantity)
    if free <= 0:
        return []
    given = {}
    # The cheapest of all are free, the later line first where prices are equal.
    for place in sorted(places, key=lambda place: (lines[place].price_minor, -place)):
        part = min(free, lines[place].quantity)
        given[place] = part * lines[place].price_minor
        free -= part
    return [(place, given[place]) for place in places]


_GIVERS: Final[Mapping[str, Callable[[Sequence[Line], Sequence[int], Promotion], Taken]]] = {
    PERCENT: _give_percent,
    AMOUNT: _give_amount,
    N_FOR_M: _give_n_for_m,
}
