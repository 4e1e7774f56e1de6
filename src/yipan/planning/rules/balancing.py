"""
Which surplus of stores goes where: donors, receivers and lanes of one SKU, and what comes of them.

A donor keeps its target and a fifth more. Nothing moves that the donor would have sold before the
receiver (burn-out): its stock has to last longer by more than the way takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yipan.planning.rules.moving import Lane, get_lane_cost, solve
from yipan.planning.rules.shard import Costs, Draft, Kind, Place

#: A stock that never sells lasts for this many days.
FOREVER = 10_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Short:
    """A store that stays short of so much, what it gets besides, and the chance to run out."""

    place: Place
    quantity: int
    chance_out: float
    rate: float
    received: int = 0


def balance(
    stores: Sequence[tuple[Place, int, float]], shorts: Sequence[Short], *, costs: Costs
) -> list[Draft]:
    """
    Return what moves between the stores of a SKU.

    Each store stands with the position it keeps and what it sells a day.
    """
    donors = [
        (place, min(place.available, place.get_position()) - keep, rate, keep)
        for place, keep, rate in stores
        if place.policy.may_rebalance and min(place.available, place.get_position()) > keep
    ]
    receivers = [it for it in shorts if it.quantity > 0 and it.place.policy.may_rebalance]
    if not donors or not receivers:
        return []
    unmet = [
        max(1, round(it.place.price * costs.margin_percent / 100 * max(0.05, it.chance_out)))
        for it in receivers
    ]
    lanes = [
        Lane(donor=number, receiver=other, cost=_price(donor[0], receiver.place, costs))
        for number, donor in enumerate(donors)
        for other, receiver in enumerate(receivers)
        if donor[0].site != receiver.place.site and _lasts_longer(donor, receiver)
    ]
    flows = solve(
        [donor[1] for donor in donors], [it.quantity for it in receivers], lanes, unmet=unmet
    )
    return [
        _write(donors[it.lane.donor], receivers[it.lane.receiver], it.quantity,
               cost=it.lane.cost, gain=unmet[it.lane.receiver])
        for it in flows
    ]  # fmt: skip


def _price(donor: Place, receiver: Place, costs: Costs) -> int:
    return get_lane_cost(
        donor.at, receiver.at, handling=costs.handling, per_kilometer=costs.per_kilometer
    )


def _lasts_longer(donor: tuple[Place, int, float, int], receiver: Short) -> bool:
    place, _surplus, rate, _keep = donor
    lasts = place.available / rate if rate > 0 else FOREVER
    held = receiver.place.get_position() + receiver.received
    other = held / receiver.rate if receiver.rate > 0 else FOREVER
    return lasts - other > receiver.place.policy.lead_time_days


def _write(
    donor: tuple[Place, int, float, int], receiver: Short, quantity: int, *, cost: int, gain: int
) -> Draft:
    place, surplus, rate, keep = donor
    to = receiver.place
    return Draft(
        kind=str(Kind.REBALANCING),
        sku=to.sku,
        site=to.site,
        source=place.site,
        quantity=quantity,
        wanted=receiver.quantity,
        urgency_permille=round(receiver.chance_out * 1000),
        value_minor=quantity * to.price,
        order_in=0,
        arrives_in=to.policy.lead_time_days,
        reasons={
            "position": to.get_position(),
            "rate_milli": round(receiver.rate * 1000),
            "received": receiver.received,
            "donor_available": place.available,
            "donor_keeps": keep,
            "donor_surplus": surplus,
            "donor_rate_milli": round(rate * 1000),
            "unit_cost_minor": cost,
            "unit_gain_minor": gain,
            "chance_out_permille": round(receiver.chance_out * 1000),
            "bounds": ["warehouse_short"],
        },
    )
