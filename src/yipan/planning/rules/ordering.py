"""
How much to order: packs, minimums and caps, with one rule of rounding.

The smallest number of whole packs is ordered that lifts the position to the target, and not less
than the minimum order. A cap (most days of stock, shelf life) then takes whole packs away again;
what is left below the minimum order is not ordered at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from yipan.planning.rules.policies import Method, Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class Sized:
    """How much is ordered in smallest units, and which limits bit, in the order they did."""

    quantity: int
    bounds: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """Order when the position is below `order_below`, up to `up_to`; never beyond `cap`."""

    order_below: int
    up_to: int
    cap: int | None = None
    cap_by: str = ""
    bounds: tuple[str, ...] = ()


def set_target(policy: Policy, *, quantile: float, rate: float, horizon: int) -> Target:
    """
    Return when and up to which position is ordered.

    `quantile` is the demand of `horizon` days at the policy's service level, `rate` the mean
    demand of a day.
    """
    floor = max(0, policy.display_minimum)
    if policy.is_not_stocked or policy.is_running_out:
        return Target(order_below=0, up_to=0, bounds=("not_stocked",))
    below, up_to, bounds = _find_levels(policy, quantile=quantile, rate=rate, horizon=horizon)
    if up_to < floor:
        up_to, bounds = floor, (*bounds, "display_minimum")
    below = max(below, min(floor, up_to))
    cap, cap_by = _find_cap(policy, rate=rate)
    return Target(order_below=below, up_to=up_to, cap=cap, cap_by=cap_by, bounds=bounds)


def size_order(policy: Policy, target: Target, *, position: int, pack: int) -> Sized:
    """Return how much lifts a position to its target, in whole packs."""
    pack = max(1, pack)
    if policy.is_not_stocked or policy.is_running_out:
        # A book below zero is a difference to be found, and no reason to order what is given up.
        return Sized(quantity=0)
    if position >= target.order_below or target.up_to <= position:
        return Sized(quantity=0)
    bounds = list(target.bounds)
    missing = target.up_to - position
    step = policy.reorder_quantity if policy.method == Method.REORDER_POINT else 0
    if step > 0:
        missing = math.ceil(missing / step) * step
    quantity = math.ceil(missing / pack) * pack
    if quantity > missing:
        bounds.append("pack")
    least = math.ceil(max(1, policy.minimum_order) / pack) * pack
    if quantity < least:
        quantity = least
        bounds.append("minimum_order")
    if target.cap is not None and position + quantity > target.cap:
        room = max(0, (target.cap - position) // pack * pack)
        bounds.append(target.cap_by)
        quantity = room if room >= least else 0
        if not quantity:
            bounds.append("nothing_fits")
    return Sized(quantity=quantity, bounds=tuple(bounds))


def _find_levels(
    policy: Policy, *, quantile: float, rate: float, horizon: int
) -> tuple[int, int, tuple[str, ...]]:
    """Return the position to order below, the one to order up to, and what decided them."""
    if policy.method == Method.MIN_MAX:
        return policy.minimum + 1, max(policy.minimum, policy.maximum), ("min_max",)
    if policy.method == Method.REORDER_POINT:
        return policy.reorder_point + 1, policy.reorder_point + 1, ("reorder_point",)
    if policy.method == Method.DAYS_OF_COVER:
        up_to = math.ceil(rate * (horizon + policy.cover_days))
        return up_to, up_to, ("days_of_cover",)
    up_to = math.ceil(quantile)
    return up_to, up_to, ()


def _find_cap(policy: Policy, *, rate: float) -> tuple[int | None, str]:
    caps = []
    if policy.days_max and not policy.may_exceed_max:
        caps.append((max(policy.display_minimum, math.floor(rate * policy.days_max)), "days_max"))
    if policy.method == Method.MIN_MAX and not policy.may_exceed_max:
        caps.append((max(policy.minimum, policy.maximum), "maximum"))
    if policy.shelf_life_days:
        caps.append((math.floor(rate * policy.shelf_life_days), "shelf_life"))
    return min(caps) if caps else (None, "")
