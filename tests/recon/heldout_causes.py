"""What goes wrong in a held-out chain, cause by cause: paper and shelf part, the truth is noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.recon.heldout import (
    DAYS,
    START,
    STORES,
    WAREHOUSE,
    Event,
    World,
    draw_poisson,
    issue,
)
from yipan.recon.rules import Cause, Expected, Key

#: How often another system does not know either what the book does not.
UNTOLD = 0.06


def list_lines(documents: list[list[Event]], *modes: str) -> list[Event]:
    """Return the lines of receipts or transfers that were captured so, and are worth it."""
    return [
        event
        for events in documents
        for event in events
        if event.lines and event.lines[-1].mode in modes and event.lines[-1].quantity >= 4
    ]


def rewrite(event: Event, *, quantity: int, at: int = -1) -> None:
    """Write another quantity on the paper than what moved."""
    event.lines[at] = replace(event.lines[at], quantity=quantity)


def mistype(rng: Random, quantity: int) -> int:
    """Return what somebody keyed instead: a zero too many or too few, or a wrong digit."""
    digits = list(str(quantity))
    roll = rng.random()
    if roll < 0.5:
        if quantity % 10 == 0 and rng.random() < 0.5:
            return quantity // 10
        return quantity * (100 if rng.random() < 0.1 else 10)
    if roll < 0.8 and len(digits) > 1 and digits[-1] != digits[-2] and digits[-1] != "0":
        digits[-1], digits[-2] = digits[-2], digits[-1]
    else:
        place = rng.randrange(len(digits))
        digits[place] = rng.choice([digit for digit in "123456789" if digit != digits[place]])
    return int("".join(digits))


def miskey(world: World) -> None:
    """Key a wrong number at a receipt."""
    event = world.take(list_lines([*world.receipts, *world.transfers], "key"))
    line = event.lines[-1]
    rewrite(event, quantity=mistype(world.rng, line.quantity))
    world.note(Cause.MISKEY, {line.key: line.quantity - event.lines[-1].quantity})


def mix_units(world: World) -> None:
    """Count cases for pieces, or pieces for cases, at a supplier's delivery."""
    rng = world.rng
    events = list_lines(world.receipts, "key", "scan")
    packs = {id(event): min(world.goods[event.lines[0].key.sku].packs) for event in events}
    event = world.take(event for event in events if event.lines[0].quantity % packs[id(event)] == 0)
    line, pack = event.lines[0], packs[id(event)]
    wrong = line.quantity // pack if rng.random() < 0.6 else line.quantity * pack
    rewrite(event, quantity=wrong)
    world.note(Cause.UNIT_MIXUP, {line.key: line.quantity - wrong})


def mix_goods(world: World) -> None:
    """Receive one flavor and write down another of its family."""
    while True:
        event = world.take(list_lines(world.receipts, "key", "scan", "bulk"))
        key, at, quantity = event.moves[0]
        family = world.goods[key.sku].family
        others = [
            k
            for k in world.opening
            if k.site == key.site and k != key and world.goods[k.sku].family == family
        ]
        if others:
            break
    other = world.rng.choice(others)
    event.moves = [(other, at, quantity)]
    world.note(Cause.SKU_MIXUP, {key: -quantity, other: quantity})


def receive_short(world: World) -> None:
    """Accept a delivery as announced, and get less."""
    receive_other(world, Cause.SHORT_RECEIPT, -1)


def receive_over(world: World) -> None:
    """Accept a delivery as announced, and get more."""
    receive_other(world, Cause.OVER_RECEIPT, 1)


def receive_other(world: World, cause: Cause, sign: int) -> None:
    """Accept a supplier's delivery in bulk that holds something else than its paper says."""
    event = world.take(list_lines(world.receipts, "bulk"))
    key, at, quantity = event.moves[0]
    delta = sign * world.rng.randint(2, max(2, quantity // 2))
    event.moves = [(key, at, quantity + delta)]
    event.lines[0] = replace(event.lines[0], counterpart_verified=False)
    world.note(cause, {key: delta})


def ship_short(world: World) -> None:
    """Pick too few for a transfer; both ends write down what was asked for."""
    event = world.take(
        event
        for event in list_lines(world.transfers, "bulk", "scan")
        if not event.lines[-1].counterpart_verified
    )
    (origin, sent, _), (target, arrived, quantity) = event.moves
    missing = world.rng.randint(2, max(2, quantity // 2))
    event.moves = [(origin, sent, missing - quantity), (target, arrived, quantity - missing)]
    world.note(Cause.SHORT_SHIPMENT, {origin: missing, target: -missing})


def ship_astray(world: World) -> None:
    """Unload a carton at another store of the same day's route, which does not write it down."""
    event = world.take(list_lines(world.transfers, "bulk", "scan", "key"))
    out, (target, at, quantity) = event.moves
    same_day = {
        other.moves[1][0].site
        for events in world.transfers
        for other in events
        if other.moves[0][1].date() == out[1].date() and other.moves[0][0].site == out[0].site
    }
    stops = sorted({*same_day} - {target.site, out[0].site}) or [
        site for site in STORES if site not in (target.site, out[0].site)
    ]
    found = [k for site in stops if (k := Key(site=site, sku=target.sku)) in world.opening]
    if not found:
        ship_astray(world)
        return
    other = world.rng.choice(found)
    event.moves = [out, (other, at, quantity)]
    world.note(Cause.WRONG_SITE, {target: -quantity, other: quantity})


def enter_twice(world: World) -> None:
    """Enter a delivery once more within two days, now and then without its paper's number."""
    rng = world.rng
    events, number = world.take_small(world.receipts), world.number("GR")
    later, has_note = timedelta(hours=rng.randint(1, 30)), rng.random() < 0.8
    for event in events:
        line = event.lines[0]
        twin = replace(
            line,
            document=number,
            occurred_at=line.occurred_at + later,
            recorded_at=line.recorded_at + later,
            mode=rng.choice(("key", "bulk")),
            counterpart=line.counterpart if has_note else "",
            counterpart_quantity=line.counterpart_quantity if has_note else None,
            counterpart_verified=line.counterpart_verified and has_note,
        )
        event.lines.append(twin)
    world.note(Cause.DOUBLE_ENTRY, {event.lines[0].key: -event.moves[0][2] for event in events})


def enter_late(world: World) -> None:
    """Let a delivery or a ticket of the last days arrive in the book after the count."""
    rng = world.rng
    since = START + timedelta(days=DAYS - 5)
    recent = [events for events in world.receipts if events[0].moves[0][1] >= since]
    if rng.random() < 0.4:
        events = world.take_small(recent)
    else:
        end = START + timedelta(days=DAYS)
        events = [world.take(e for e in world.sales if since <= e.moves[0][1] < end)]
    for event in events:
        line = event.lines[0]
        after = world.counted_at[line.key] + timedelta(hours=rng.randint(2, 40))
        event.lines[0] = replace(line, recorded_at=after)
    world.note(Cause.LATE_DOCUMENT, {event.lines[0].key: event.moves[0][2] for event in events})


def enter_never(world: World) -> None:
    """Put goods on the shelf and never write a receipt; the other side's paper exists."""
    events = world.take_small([*world.receipts, *world.transfers])
    is_told = world.rng.random() > UNTOLD
    for event in events:
        line = event.lines.pop()
        if is_told:
            world.expected.append(
                Expected(
                    kind="receipt", document=line.counterpart, key=line.key,
                    quantity=line.quantity, at=line.occurred_at,
                )
            )  # fmt: skip
    world.note(Cause.MISSING_DOCUMENT, {event.moves[-1][0]: event.moves[-1][2] for event in events})


def turn_around(world: World) -> None:
    """Key a return as a sale, or a sale as a return."""
    is_return = world.rng.random() < 0.5
    event = world.take(
        e for e in (world.returns if is_return else world.sales) if e.lines[0].mode == "key"
    )
    line = event.lines[0]
    kind = "sales_issue" if is_return else "customer_return"
    event.lines[0] = replace(line, kind=kind, quantity=-line.quantity)
    world.note(Cause.WRONG_DIRECTION, {line.key: 2 * line.quantity})


def refund(world: World) -> None:
    """Pay a customer, or a friend, for goods that never came back."""
    event = world.take(world.returns)
    line = replace(
        event.lines[0], counterpart_verified=False, actor=f"{event.lines[0].key.site}-c1"
    )
    if world.rng.random() < 0.7:
        line = replace(line, counterpart="", counterpart_quantity=None)
    event.lines, event.moves = [line], []
    world.note(Cause.REFUND_WITHOUT_GOODS, {line.key: -line.quantity})


def use(world: World) -> None:
    """Open testers and write down none, or only the first."""
    key = world.take(world.samples).lines[0].key
    events = [event for event in world.samples if event.lines and event.lines[0].key == key]
    kept = world.rng.randint(0, 1) if len(events) > 2 else 0
    for event in events[kept:]:
        world.used.add(id(event))
        event.lines = []
    world.used.update(id(event) for event in events)
    world.note(Cause.UNRECORDED_USE, {key: sum(event.moves[0][2] for event in events[kept:])})


def scrap(world: World) -> None:
    """Throw expired goods away and write nothing."""
    rng = world.rng
    key = world.key(is_wanted=lambda goods: goods.category in {"snack", "drink"})
    if key in world.expired:
        scrap(world)
        return
    quantity = world.expired[key] = rng.randint(2, 9)
    world.others.append(Event([], [(key, world.at(rng.randint(18, DAYS - 1)), -quantity)]))
    world.note(Cause.UNRECORDED_SCRAP, {key: -quantity})


def leave_kit(world: World) -> None:
    """Sell a kit at a store whose register takes only the kit from the book."""
    sold = world.take(world.kit_sales).lines[0].key
    events = [event for event in world.kit_sales if event.lines[0].key == sold]
    since = START + timedelta(days=world.rng.randint(0, 14))
    deltas: dict[Key, int] = defaultdict(int)
    for event in events:
        world.used.add(id(event))
        if event.moves[0][1] >= since:
            event.lines = event.lines[:1]
            for key, _, quantity in event.moves:
                deltas[key] += quantity
    world.note(Cause.KIT_NOT_EXPLODED, dict(deltas))


def hand_over(world: World) -> None:
    """Give a customer the goods of an order, and issue nothing."""
    key, quantity = world.key(), -world.rng.randint(1, 5)
    event = issue(
        world, key=key, quantity=quantity, at=world.at(world.rng.randrange(DAYS)),
        kind="sales_issue", mode="api",
    )  # fmt: skip
    if world.rng.random() > UNTOLD:
        world.expected.append(
            Expected(
                kind="handover", document=world.number("SO"), key=key, quantity=quantity,
                at=event.moves[0][1],
            )
        )  # fmt: skip
    event.lines = []
    world.others.append(event)
    world.note(Cause.UNRECORDED_HANDOVER, {key: quantity})


def steal(world: World) -> None:
    """Take a handful of a hot good, at times of its neighbor too."""
    rng = world.rng
    key = world.key(is_wanted=lambda goods: goods.is_hot)
    category = world.goods[key.sku].category
    bay = [
        k
        for k in world.opening
        if k.site == key.site and k != key and world.goods[k.sku].category == category
        and world.goods[k.sku].is_hot
    ]  # fmt: skip
    keys = [key, rng.choice(bay)] if bay and rng.random() < 0.35 else [key]
    at = world.at(rng.randint(3, DAYS - 1))
    deltas = {k: -rng.randint(3, 10) for k in keys}
    world.others.append(Event([], [(k, at, delta) for k, delta in deltas.items()]))
    world.note(Cause.THEFT, deltas)


def count_foreign(world: World) -> None:
    """Count the goods of a picked order as stock."""
    item = world.rng.choice(
        [e for e in world.expected if e.kind == "foreign" and e.key not in world.counted_wrong]
    )
    world.counted_wrong[item.key] = item.quantity
    if world.rng.random() < UNTOLD:
        world.expected.remove(item)
    world.note(Cause.FOREIGN_STOCK_COUNTED, {item.key: item.quantity})


def count_badly(world: World) -> None:
    """Write down a wrong number at the first count, or overlook a stack."""
    key = world.key()
    if key in world.counted_wrong:
        count_badly(world)
        return
    # By how much is decided at the count, when it is known what stands there.
    world.counted_wrong[key] = 0
    deltas = {key: 0}
    world.slips[key] = deltas
    world.note(Cause.MISCOUNT, deltas)


CAUSES: tuple[Callable[[World], None], ...] = (
    miskey, mix_units, mix_goods, receive_short, receive_over, ship_short, ship_astray,
    enter_twice, enter_late, enter_never, turn_around, refund, use, scrap, leave_kit, hand_over,
    steal, count_badly, count_foreign,
)  # fmt: skip


def drip(world: World, *, mean: float) -> None:
    """Lose single pieces, more of what is small or wanted; `mean` per key in 28 days."""
    rng = world.rng
    weight = {"makeup": 1.8, "snack": 1.2, "toy": 1.0, "drink": 0.6, "care": 0.9}
    for key in world.opening:
        goods = world.goods[key.sku]
        rate = mean * weight.get(goods.category, 0.5) * (1.6 if goods.is_hot else 1.0)
        for _ in range(draw_poisson(rng, rate * (0.4 if key.site == WAREHOUSE else 1.0))):
            world.others.append(Event([], [(key, world.at(rng.randrange(DAYS)), -1)]))
