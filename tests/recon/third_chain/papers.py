"""What goes wrong in the third chain with papers that are missing, doubled, late or turned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from tests.recon.third_chain import faults, trade
from tests.recon.third_chain.faults import RECEIPTS
from tests.recon.third_chain.flow import Happening
from tests.recon.third_chain.mischief import Edit, Mischief, blank, rewrite
from yipan.recon.rules import Cause, Expected, Key, Line


def enter_twice(world: Mischief) -> bool:
    """Type a paper in that somebody else had booked already."""
    rng = world.rng
    kinds = RECEIPTS if rng.random() < 0.8 else ("scrap", "customer_return", "supplier_return")
    found = world.pick(kinds)
    if not found:
        return False
    happening, line = found
    later = timedelta(minutes=rng.choice((9, 75, 400, 1500, 2200)) * rng.uniform(0.6, 1.3))
    prefix = line.document.split("-")[0]
    again = rewrite(
        line,
        document=world.chain.number(prefix, line.key.site),
        occurred_at=line.occurred_at + later,
        recorded_at=line.recorded_at + later,
        mode=rng.choices(("key", line.mode), (8, 2))[0],
        actor=world.chain.actor("receiver", line.key.site),
        counterpart=line.counterpart if rng.random() < 0.7 else "",
    )
    twin = blank(happening.key, happening.at + later)
    return world.attempt(
        Cause.DOUBLE_ENTRY, line.kind, [(happening, happening.moved, line), (twin, 0, again)]
    )


def book_late(world: Mischief) -> bool:
    """Book on the next day what happened before the count."""
    rng = world.rng
    kind = rng.choice((*RECEIPTS, "sales_issue", "sales_issue", "scrap"))

    def is_near(line: Line) -> bool:
        window = world.windows[line.key]
        return timedelta() < window.stamped - line.occurred_at < timedelta(hours=34)

    found = world.pick(kind, is_near)
    if not found:
        return False
    happening, line = found
    edits: list[Edit] = []
    for each in _list_siblings(world, happening, line):
        own = each.booked
        window = world.windows.get(each.key)
        if own and window and is_near(own) and not each.is_faulty:
            after = window.stamped + timedelta(hours=rng.uniform(0.3, 26))
            edits.append((each, each.moved, replace(own, recorded_at=after)))
    return world.attempt(Cause.LATE_DOCUMENT, kind, edits)


def _list_siblings(world: Mischief, happening: Happening, line: Line) -> list[Happening]:
    """Return a happening, and further sales of the same till that waited with it."""
    if line.kind != "sales_issue" or world.rng.random() < 0.5:
        return [happening]
    near = [
        each
        for each in world.pools["sales_issue"]
        if each.booked
        and each.booked.actor == line.actor
        and timedelta() < each.at - happening.at < timedelta(hours=1)
    ]
    return [happening, *near[:2]]


def lose_paper(world: Mischief) -> bool:
    """Put a delivery on the shelf and never book it; the other side knows of it."""
    found = world.pick(RECEIPTS, lambda line: bool(line.counterpart))
    if not found:
        return False
    happening, line = found
    note = Expected(
        kind="receipt",
        document=line.counterpart,
        key=line.key,
        quantity=line.quantity,
        at=happening.at - timedelta(hours=world.rng.uniform(1, 30)),
    )
    edits: list[Edit] = [(happening, happening.moved, None)]
    return world.attempt(Cause.MISSING_DOCUMENT, line.kind, edits, expected=[note])


def turn_around(world: Mischief) -> bool:
    """Press the key for a return where goods are sold, or for a sale where they come back."""
    kinds = ("sales_issue", "customer_return", "supplier_return")
    found = world.pick(world.rng.choice(kinds), lambda line: -9 <= line.quantity <= 9)
    if not found:
        return False
    happening, line = found
    turned = {
        "sales_issue": "customer_return",
        "customer_return": "sales_issue",
        "supplier_return": "goods_receipt",
    }[line.kind]
    wrong = rewrite(line, kind=turned, quantity=-line.quantity, mode="key", counterpart="")
    return world.attempt(Cause.WRONG_DIRECTION, line.kind, [(happening, happening.moved, wrong)])


def use_silently(world: Mischief) -> bool:
    """Open testers without a paper, or take something for the house."""
    rng = world.rng
    if rng.random() < 0.2:
        key = world.pick_key(lambda key: not key.place and key.sku[0] in "5689")
        if key is None:
            return False
        taken: list[Edit] = [
            (blank(key, world.draw_moment(key)), -1, None) for _ in range(rng.randint(1, 3))
        ]
        return world.attempt(Cause.UNRECORDED_USE, "house", taken)
    found = world.pick("sample_issue")
    if not found:
        return False
    key = found[0].key
    opened = [
        each
        for each in world.chain.shelf[key]
        if each.booked and each.booked.kind == "sample_issue" and not each.is_faulty
    ]
    part = rng.sample(opened, max(1, round(len(opened) * rng.choice((0.4, 0.7, 1.0)))))
    return world.attempt(
        Cause.UNRECORDED_USE, "sample", [(each, each.moved, None) for each in part]
    )


def throw_away(world: Mischief) -> bool:
    """Throw away what is past its date, or broke, and write nothing."""
    rng, kinds = world.rng, world.chain.range.trade
    is_broken = rng.random() < 0.2
    key = world.pick_key(lambda key: not key.place and (is_broken or kinds[key.sku].can_expire))
    if key is None or (not is_broken and key in world.chain.expired):
        return False
    when = world.draw_moment(key)
    count = min(rng.randint(1, 3 if is_broken else 12), world.find_slack(key, when))
    if count == 0 or not world.attempt(
        Cause.UNRECORDED_SCRAP,
        "broken" if is_broken else "expired",
        [(blank(key, when), -count, None)],
    ):
        return False
    if not is_broken:
        stays = rng.choices((0, 1, 2), (7, 2, 1))[0]
        world.chain.expired[key] = count + stays
    return True


def sell_sets_whole(world: Mischief) -> bool:
    """Sell a set at registers that do not know its parts yet."""
    rng = world.rng
    kit, parts = rng.choice(sorted(world.chain.range.kits.items()))
    key = Key(site=rng.choice(trade.STORES), sku=kit)
    first = Key(site=key.site, sku=next(iter(parts)))
    if first not in world.windows:
        return False
    since, end = sorted(world.draw_moment(first) for _ in range(2))
    by_ticket: dict[str, list[Happening]] = {}
    for sku in parts:
        for each in world.chain.shelf[Key(site=key.site, sku=sku)]:
            if each.booked and not each.is_faulty and since < each.at <= end:
                by_ticket.setdefault(each.booked.document, []).append(each)
    edits: list[Edit] = []
    for sold in by_ticket.values():
        if len(sold) == len(parts) and len({each.key for each in sold}) > 1:
            line = sold[0].booked
            assert line is not None
            edits += [(each, each.moved, None) for each in sold]
            whole = replace(line, key=key, quantity=-1)
            edits.append((blank(key, sold[0].at), 0, whole))
    return bool(edits) and world.attempt(Cause.KIT_NOT_EXPLODED, kit, edits)


def hand_over_silently(world: Mischief) -> bool:
    """Give an ordered thing to the customer without a paper; the order hub knows of it."""
    found = world.pick("sales_issue", lambda line: line.document.startswith("WO"))
    if not found:
        return False
    happening, line = found
    order = Expected(
        kind="handover", document=line.document, key=line.key, quantity=line.quantity,
        at=happening.at,
    )  # fmt: skip
    return world.attempt(
        Cause.UNRECORDED_HANDOVER, "order", [(happening, happening.moved, None)], expected=[order]
    )


def put_back_silently(world: Mischief) -> bool:
    """Put on the shelf what a customer brought back, and write nothing."""
    found = world.pick("customer_return")
    if not found:
        return False
    happening, line = found
    claim = Expected(
        kind="return",
        document=world.chain.number("CL", line.key.site),
        key=line.key,
        quantity=line.quantity,
        at=happening.at + timedelta(hours=world.rng.uniform(-2, 40)),
    )
    told = [claim] if world.rng.random() < 0.8 else []
    return world.attempt(
        Cause.UNRECORDED_RETURN, "claim", [(happening, happening.moved, None)], expected=told
    )


def refund_nothing(world: Mischief) -> bool:
    """Refund dear goods nobody brought back, without a receipt."""
    prices = world.chain.range.goods
    found = world.pick(
        "sales_issue",
        lambda line: prices[line.key.sku].price_minor > 2500 and "-cashier-" in line.actor,
    )
    if not found:
        return False
    sale, line = found
    count = world.rng.choices((1, 2, 3), (6, 3, 1))[0]
    when = sale.at + timedelta(hours=world.rng.uniform(2, 60))
    actor = f"{line.key.site}-cashier-3"
    refund = world.chain.make_line(
        line.key, when, count, "customer_return", {"prefix": "CR", "mode": "key", "actor": actor}
    )
    return world.attempt(Cause.REFUND_WITHOUT_GOODS, "refund", [(blank(line.key, when), 0, refund)])


def steal(world: Mischief) -> bool:
    """Clear a part of a shelf of dear or hot goods, and of its neighbors now and then."""
    rng, goods = world.rng, world.chain.range.goods
    key = world.pick_key(
        lambda key: not key.place and (goods[key.sku].is_hot or goods[key.sku].price_minor > 3000)
    )
    if key is None:
        return False
    when, edits = world.draw_moment(key), list[Edit]()
    bay = [key]
    if rng.random() < 0.4:
        alike = [replace(key, sku=sku) for sku in world.chain.range.list_alike(key.sku)]
        bay += [each for each in alike if each in world.windows][:3]
    for each in bay:
        slack = world.find_slack(each, when)
        if slack >= 3:
            edits.append((blank(each, when), -max(3, round(slack * rng.uniform(0.4, 1))), None))
    return bool(edits) and world.attempt(Cause.THEFT, "raid", edits)


KINDS: dict[Cause, tuple[Callable[[Mischief], bool], float]] = faults.EARLY | {
    Cause.DOUBLE_ENTRY: (enter_twice, 6),
    Cause.LATE_DOCUMENT: (book_late, 6),
    Cause.MISSING_DOCUMENT: (lose_paper, 5),
    Cause.WRONG_DIRECTION: (turn_around, 4),
    Cause.UNRECORDED_USE: (use_silently, 6),
    Cause.UNRECORDED_SCRAP: (throw_away, 6),
    Cause.KIT_NOT_EXPLODED: (sell_sets_whole, 2),
    Cause.UNRECORDED_HANDOVER: (hand_over_silently, 5),
    Cause.UNRECORDED_RETURN: (put_back_silently, 3),
    Cause.REFUND_WITHOUT_GOODS: (refund_nothing, 3),
    Cause.THEFT: (steal, 8),
}
