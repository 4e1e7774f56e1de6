"""Goods between suppliers, warehouses and stores: packed, carried, taken in, put away."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from tests.recon.fourth_chain.world import PREFIXES, STORES, WAREHOUSES, Consignment, Head, World
from yipan.recon.rules import Cause, Key


@dataclass(slots=True)
class Parcel:
    """So many pieces of a SKU by the paper, what is truly in it by SKU, and whose fault that is."""

    sku: str
    paper: int
    inside: dict[str, int]
    case: int | None = None


def mistype(rng: Random, quantity: int) -> int:
    """Return what a hurried finger makes of a number: never the number itself, never nothing."""
    digits = str(quantity)
    spot = rng.randrange(len(digits))
    made = {
        "zero": quantity * 10,
        "zeros": quantity * 100,
        "lost zero": quantity // 10 if quantity % 10 == 0 else quantity * 10,
        "twice": int(digits[: spot + 1] + digits[spot:]),
        "lost": int((digits[:spot] + digits[spot + 1 :]) or "0"),
        "other": int(digits[:spot] + rng.choice("0123456789") + digits[spot + 1 :]),
        "swapped": int(digits[1] + digits[0] + digits[2:]) if len(digits) > 1 else quantity * 10,
    }
    weights = (5, 0.5, 3, 2, 1, 4, 4)
    for kind in rng.choices(list(made), weights, k=12):
        if made[kind] not in (quantity, 0):
            return made[kind]
    return quantity * 10


def draw_mode(world: World) -> str:
    """Draw how somebody takes goods in today."""
    chance = world.rng.random()
    if chance < world.dials.scan:
        return "scan"
    return "key" if chance < world.dials.scan + world.dials.key else "bulk"


def find_key(world: World, site: str, sku: str) -> Key:
    """Return where goods that come to a site are put."""
    return world.reserve_bin(site, sku) if site in WAREHOUSES else Key(site=site, sku=sku)


def ship(
    world: World,
    *,
    origin: str,
    target: str,
    wanted: Sequence[tuple[str, int]],
    at: datetime,
    comes_at: datetime,
) -> tuple[str, list[Parcel], bool] | None:
    """Pack goods at a site, and return the shipment, its parcels, and whether it was checked."""
    rng = world.rng
    parcels: list[Parcel] = []
    mode = rng.choice(("scan", "scan", "bulk", "key"))
    packer = f"{origin} packer {rng.randrange(4)}"
    head = world.head("transfer_shipment", site=origin, at=at, actor=packer, mode=mode)
    head = replace(head, partner=target)
    for sku, asked in wanted:
        key = world.pick_bin(origin, sku) if origin in WAREHOUSES else Key(site=origin, sku=sku)
        quantity = min(asked, world.shelf[key])
        if quantity > 0:
            parcel = _pack(world, key=key, quantity=quantity, head=head)
            world.tell(head, key, -quantity, case=parcel.case, expected=quantity)
            parcels.append(parcel)
    if not parcels:
        return None
    is_checked = mode == "scan" and rng.random() < world.dials.verified
    for parcel in parcels:
        world.sent.append(
            Consignment(
                document=head.document,
                key=find_key(world, target, parcel.sku),
                quantity=parcel.paper,
                sent_at=at,
                comes_at=comes_at,
            )
        )
    return head.document, parcels, is_checked


def _pack(world: World, *, key: Key, quantity: int, head: Head) -> Parcel:
    """Take goods for a parcel off the shelf: those asked for, or nearly so."""
    who = (head.actor, key.site)
    inside, case = {key.sku: quantity}, None
    is_watched = head.mode == "scan" and world.rng.random() < 0.8
    alike = _find_alike_here(world, key)
    if is_watched:
        pass
    elif quantity > 1 and world.is_due(Cause.SHORT_SHIPMENT, at=head.at, who=who):
        case = world.open_case(Cause.SHORT_SHIPMENT)
        inside[key.sku] -= world.size(quantity - 1)
    elif world.shelf[key] > quantity and world.is_due(Cause.OVER_SHIPMENT, at=head.at, who=who):
        case = world.open_case(Cause.OVER_SHIPMENT)
        inside[key.sku] += world.size(min(world.shelf[key] - quantity, 2 * quantity))
    elif alike is not None and world.is_due(Cause.SKU_MIXUP, at=head.at, who=who):
        case = world.open_case(Cause.SKU_MIXUP)
        astray = world.size(min(quantity, world.shelf[alike]))
        inside[key.sku] -= astray
        inside[alike.sku] = astray
    for sku, number in inside.items():
        world.move(
            replace(key, sku=sku, place=_bin(world, key, sku)), -number, at=head.at, case=case
        )
    return Parcel(key.sku, quantity, inside, case)


def _bin(world: World, key: Key, sku: str) -> str:
    return world.bins[key.site, sku][0] if key.site in WAREHOUSES else ""


def _find_alike_here(world: World, key: Key) -> Key | None:
    """Return other goods of the family that stand at the same site, if there are any."""
    others = [
        found
        for sku in world.list_alike(key.sku)
        if world.shelf[found := Key(site=key.site, sku=sku, place=_bin(world, key, sku))] > 0
    ]
    return world.rng.choice(others) if others else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A consignment at the door of a site, and the paper that came with it."""

    site: str
    kind: str
    paper: str
    partner: str
    parcels: list[Parcel]
    is_checked: bool = False


def take_in(world: World, arrival: Arrival, *, at: datetime) -> None:
    """Put away what came, and write the receipt: one after the other, and not always both."""
    rng = world.rng
    site = arrival.site
    clerk = f"{site} receiver {rng.randrange(3)}"
    who = (clerk, arrival.partner, site)
    head = world.head(
        arrival.kind,
        site=site,
        at=at,
        actor=clerk,
        mode=draw_mode(world),
        counterpart=arrival.paper,
    )
    head = replace(head, partner=arrival.partner, is_verified=arrival.is_checked)
    is_whole = all(parcel.case is None for parcel in arrival.parcels)
    small = len(arrival.parcels) <= 4
    if (
        is_whole
        and small
        and head.mode == "bulk"
        and world.is_due(Cause.WRONG_SITE, at=at, who=who)
    ):
        _unload_elsewhere(world, arrival, head)
        return
    if is_whole and small and world.is_due(Cause.MISSING_DOCUMENT, at=at, who=who):
        _forget(world, arrival, at=at)
        return
    until = world.counts[site] - at
    if timedelta() < until < timedelta(days=4) and rng.random() < world.dials.late_receipt:
        head = world.delay(head, until=at + timedelta(hours=rng.randint(8, 110)))
    for parcel in arrival.parcels:
        _take_in_one(world, parcel, head=head, who=who)
    if is_whole and small and world.is_due(Cause.DOUBLE_ENTRY, at=at, who=who):
        _enter_again(world, head, arrival)


def _take_in_one(world: World, parcel: Parcel, *, head: Head, who: tuple[str, ...]) -> None:
    rng, site, sku = world.rng, who[2], parcel.sku
    case, place, told = parcel.case, find_key(world, site, sku), {sku: parcel.paper}
    # Who scans each piece, or counts before typing, tells what is there, whatever the paper says.
    looks = head.mode == "scan" or (head.mode == "key" and rng.random() < 0.6)
    if case is None:
        if looks and head.kind == "goods_receipt" and rng.random() < 0.03:
            parcel.inside[sku] = max(1, parcel.paper - world.size(parcel.paper))
        told = {sku: parcel.inside[sku] if looks else parcel.paper}
        case, place, told = _err(world, parcel, head=head, who=who, good=(place, told))
    elif looks:
        told = dict(parcel.inside)
    elif head.mode == "key" and rng.random() < 0.3:
        told = {sku: sum(parcel.inside.values())}
    for each, number in parcel.inside.items():
        key = place if each == sku else find_key(world, site, each)
        world.move(key, number, at=head.at, case=case)
    for each, number in told.items():
        noted = parcel.paper if each == sku else None
        key = find_key(world, site, each)
        world.tell(head, key, number, case=case, expected=noted, noted=noted)


#: Where a parcel is put, and what is told of it by SKU.
Outcome = tuple[Key, dict[str, int]]


def _err(
    world: World, parcel: Parcel, *, head: Head, who: tuple[str, ...], good: Outcome
) -> tuple[int | None, Key, dict[str, int]]:
    """Let something go wrong with a good parcel, or nothing: the case, the place, what is told."""
    for cause, doing in _list_chances(world, parcel, head=head, told=good[1][parcel.sku]):
        if world.is_due(cause, at=head.at, who=who):
            return (world.open_case(cause), *doing(world, parcel, good))
    return (None, *good)


def _list_chances(
    world: World, parcel: Parcel, *, head: Head, told: int
) -> Iterator[tuple[Cause, Callable[[World, Parcel, Outcome], Outcome]]]:
    """Yield what may go wrong, by how goods are taken in."""
    is_blind = head.mode == "bulk" or (head.mode == "key" and world.rng.random() < 0.3)
    is_true = told == parcel.inside[parcel.sku] == parcel.paper
    if is_blind and is_true:
        # Short by the supplier, or lost on the road when the sender packed well.
        yield Cause.SHORT_RECEIPT, _bring_less
        if head.kind == "goods_receipt":
            yield Cause.OVER_RECEIPT, _bring_more
    if head.mode != "scan" and is_true and world.list_alike(parcel.sku):
        yield Cause.SKU_MIXUP, _bring_other
    if head.mode == "key" or world.rng.random() < 0.02:
        yield Cause.MISKEY, _type_wrong
    if head.mode != "bulk" and told >= min(world.items[parcel.sku].goods.packs) > 1:
        yield Cause.UNIT_MIXUP, _take_units
    if head.actor.split()[0] in WAREHOUSES:
        yield Cause.BIN_MIXUP, _put_elsewhere


def _bring_less(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    parcel.inside[parcel.sku] -= world.size(parcel.inside[parcel.sku])
    return good


def _bring_more(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    pack = world.items[parcel.sku].pack
    is_box = world.rng.random() < world.dials.large
    parcel.inside[parcel.sku] += pack if is_box else world.size(parcel.paper)
    return good


def _bring_other(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    there = parcel.inside[parcel.sku]
    astray = there if world.rng.random() < 0.3 else world.size(there)
    parcel.inside[parcel.sku] -= astray
    parcel.inside[world.rng.choice(world.list_alike(parcel.sku))] = astray
    return good


def _type_wrong(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    return good[0], {parcel.sku: mistype(world.rng, good[1][parcel.sku])}


def _take_units(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    """Tell cases as pieces, or pieces as cases."""
    place, told = good
    number = told[parcel.sku]
    packs = sorted(world.items[parcel.sku].goods.packs)
    pack = world.rng.choice([each for each in packs if each <= number])
    are_cases = number % pack == 0 and world.rng.random() < 0.75
    return place, {parcel.sku: number // pack if are_cases else number * pack}


def _put_elsewhere(world: World, parcel: Parcel, good: Outcome) -> Outcome:
    """Put away in the bin of picking, or in one of other goods."""
    place, told = good
    other = world.pick_bin(place.site, parcel.sku)
    if other == place or world.rng.random() < 0.4:
        bins = {each for pair in world.bins.values() for each in pair}
        other = replace(place, place=world.choose(bins - {place.place}))
    return other, told


def _unload_elsewhere(world: World, arrival: Arrival, head: Head) -> None:
    """Leave everything at a neighbor, where nobody looks; it is accepted where it was due."""
    case = world.open_case(Cause.WRONG_SITE)
    same = WAREHOUSES if arrival.site in WAREHOUSES else _list_route(arrival.site)
    other = world.choose(set(same) - {arrival.site})
    for parcel in arrival.parcels:
        world.move(find_key(world, other, parcel.sku), parcel.paper, at=head.at, case=case)
        key = find_key(world, arrival.site, parcel.sku)
        world.tell(head, key, parcel.paper, case=case, expected=parcel.paper, noted=parcel.paper)


def _list_route(site: str) -> tuple[str, ...]:
    start = STORES.index(site) // 4 * 4
    return STORES[start : start + 4]


def _forget(world: World, arrival: Arrival, *, at: datetime) -> None:
    case = world.open_case(Cause.MISSING_DOCUMENT)
    for parcel in arrival.parcels:
        key = find_key(world, arrival.site, parcel.sku)
        world.move(key, parcel.paper, at=at, case=case)
        world.expect("receipt", arrival.paper, key, parcel.paper, at=at - timedelta(hours=3))


def _enter_again(world: World, head: Head, arrival: Arrival) -> None:
    """Write the same receipt a second time, from the same paper."""
    rng = world.rng
    case = world.open_case(Cause.DOUBLE_ENTRY)
    after = timedelta(minutes=rng.choice((3, 20, 90, 400, 1300, 2500)))
    again = replace(
        head,
        document=world.number(PREFIXES[head.kind]),
        at=head.at + after,
        recorded_at=head.recorded_at + after,
        actor=f"{arrival.site} receiver {rng.randrange(3)}",
        counterpart=head.counterpart if rng.random() < 0.85 else "",
    )
    for parcel in arrival.parcels:
        # Each key once, in the order packed: a set has another order in each process.
        for key in dict.fromkeys(find_key(world, arrival.site, sku) for sku in parcel.inside):
            for line, of in list(world.lines[key]):
                if line.document == head.document and (of is None or rng.random() < 0.5):
                    noted = parcel.paper if key.sku == parcel.sku else None
                    world.tell(again, key, line.quantity, case=case, expected=noted, noted=noted)
