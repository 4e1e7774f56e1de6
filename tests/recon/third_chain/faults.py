"""What goes wrong with goods and papers in the third chain, one function for each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.recon.third_chain import trade
from tests.recon.third_chain.flow import name_bin
from tests.recon.third_chain.mischief import Edit, Mischief, blank, rewrite
from yipan.recon.rules import Cause, Key, Line

RECEIPTS = ("goods_receipt", "transfer_receipt")
#: Keys of a number pad beside each other.
PAD = {
    "1": "24", "2": "135", "3": "26", "4": "157", "5": "2468",
    "6": "359", "7": "48", "8": "579", "9": "68", "0": "12",
}  # fmt: skip


def mistype(rng: Random, quantity: int) -> tuple[str, int]:
    """Return a slip of the fingers, and what is written then."""
    digits = str(quantity)
    slip = rng.choices(("power_of_ten", "swapped", "neighbor", "doubled"), (6, 4, 4, 2))[0]
    if slip == "power_of_ten":
        is_less = quantity % 10 == 0 and rng.random() < 0.5
        return slip, quantity // 10 if is_less else quantity * 10
    place = rng.randrange(len(digits))
    if slip == "swapped":
        place = max(1, place) if len(digits) > 1 else 0
        swapped = digits[: place - 1] + digits[place] + digits[place - 1] + digits[place + 1 :]
        return slip, int(swapped) if len(digits) > 1 else quantity
    if slip == "neighbor":
        near = rng.choice(PAD[digits[place]])
        return slip, int(digits[:place] + near + digits[place + 1 :])
    return slip, int(digits[: place + 1] + digits[place:])


def miskey(world: Mischief) -> bool:
    """Write another number than the one meant."""
    kinds = RECEIPTS if world.rng.random() < 0.75 else ("sales_issue", "customer_return", "scrap")
    found = world.pick(kinds, lambda line: abs(line.quantity) >= 2)
    if not found:
        return False
    happening, line = found
    variant, written = mistype(world.rng, abs(line.quantity))
    if written in (0, abs(line.quantity)) or written > 4000:
        return False
    wrong = rewrite(line, quantity=written if line.quantity > 0 else -written, mode="key")
    return world.attempt(Cause.MISKEY, variant, [(happening, happening.moved, wrong)])


def mix_units(world: Mischief) -> bool:
    """Write cases where pieces are meant, or pieces where cases are."""
    goods, rng = world.chain.range.goods, world.rng
    found = world.pick(
        RECEIPTS, lambda line: any(line.quantity % pack == 0 for pack in goods[line.key.sku].packs)
    )
    if found and rng.random() < 0.3:
        found = world.pick(RECEIPTS, lambda line: line.quantity <= 30)
    if not found:
        return False
    happening, line = found
    packs = [each for each in goods[line.key.sku].packs if line.quantity % each == 0]
    pack = rng.choice(packs or sorted(goods[line.key.sku].packs))
    written = line.quantity // pack if packs else line.quantity * pack
    if written == line.quantity:
        return False
    wrong = rewrite(line, quantity=written, mode=rng.choice(("key", "key", "scan")))
    if packs and line.quantity_expected and rng.random() < 0.2:
        # The paper itself was in cases, and was read as pieces.
        wrong = replace(wrong, quantity_expected=written, counterpart_quantity=written)
    return world.attempt(Cause.UNIT_MIXUP, "units", [(happening, happening.moved, wrong)])


def _find_alike(world: Mischief, key: Key) -> Key | None:
    """Return goods one takes for others: of their family as a rule, else near by."""
    skus = world.chain.range.list_alike(key.sku)
    if not skus or world.rng.random() < 0.15:
        kind = world.chain.range.trade[key.sku]
        skus = [sku for sku, other in world.chain.range.trade.items() if other is kind]
    at_site = [
        other
        for sku in skus
        if sku != key.sku and (other := _place_like(key, sku)) in world.windows
    ]
    return world.rng.choice(at_site) if at_site else None


def _place_like(key: Key, sku: str) -> Key:
    if not key.place:
        return Key(site=key.site, sku=sku)
    return name_bin(sku, "pick" if key.place.endswith("1") else "reserve")


def mix_goods(world: Mischief) -> bool:
    """Book one SKU where another came or left."""
    kinds = world.rng.choice((RECEIPTS, RECEIPTS, ("sales_issue",)))
    found = world.pick(
        kinds,
        lambda line: (
            line.kind != "sales_issue" or line.document.startswith("WO") or line.quantity < -3
        ),
    )
    other = _find_alike(world, found[0].key) if found else None
    if not found or not other:
        return False
    happening, line = found
    really = blank(other, happening.at)
    edits: list[Edit] = [(happening, 0, line), (really, happening.moved, None)]
    if line.kind == "transfer_receipt" and world.rng.random() < 0.35:
        # It was mixed up when it was picked, so that the warehouse differs as well.
        left, _ = world.chain.deliveries[line.counterpart]
        instead = blank(_place_like(left.key, other.sku), left.at)
        if left.is_faulty:
            return False
        edits += [(left, 0, left.booked), (instead, left.moved, None)]
    variant = "at_receipt" if line.quantity > 0 else "at_pick"
    return world.attempt(Cause.SKU_MIXUP, variant, edits)


def mix_at_sale(world: Mischief) -> bool:
    """Scan one color as often as there are pieces of all colors."""
    rng = world.rng
    found = world.pick("sales_issue", lambda line: bool(world.chain.range.list_alike(line.key.sku)))
    if not found or not found[1].actor:
        return False
    key, edits = found[0].key, list[Edit]()
    alike = [Key(site=key.site, sku=sku) for sku in world.chain.range.list_alike(key.sku)]
    colors = [each for each in alike if each in world.windows][: rng.choice((1, 2, 3))]
    sales = [
        each
        for each in world.chain.shelf[key]
        if each.booked and each.booked.kind == "sales_issue" and not each.is_faulty
    ]
    if not colors or key.place:
        return False
    for sale in rng.sample(sales, min(len(sales), rng.randint(2, 5))):
        line, extra = sale.booked, rng.randint(1, 3)
        assert line is not None
        many = rewrite(
            line, quantity=line.quantity - extra, uses_multiplier=True, actor=found[1].actor
        )
        edits.append((sale, sale.moved, many))
        edits += [(blank(rng.choice(colors), sale.at), -1, None) for _ in range(extra)]
    return world.attempt(Cause.SKU_MIXUP, "at_sale", edits)


def _draw_part(rng: Random, whole: int) -> int:
    """Draw how many of some pieces are concerned: few, or an inner box of them."""
    return min(whole, rng.choices((1, 2, 3, 4, 6, 10), (5, 5, 3, 2, 2, 1))[0])


def _accept(world: Mischief, line: Line) -> Line:
    """Return a receipt as somebody accepted it who looked at the paper alone."""
    return rewrite(line, mode=world.rng.choices(("bulk", "scan", "key"), (8, 1, 1))[0])


def receive_short(world: Mischief) -> bool:
    """Book what the paper says where less came."""
    careless = world.rng.random() < 0.5
    found = world.pick(
        RECEIPTS,
        lambda line: (
            line.quantity >= 3
            and line.quantity_expected in (None, line.quantity)
            and (not careless or line.partner in trade.CARELESS_SUPPLIERS)
        ),
    )
    if not found:
        return False
    happening, line = found
    short = _draw_part(world.rng, line.quantity)
    edits: list[Edit] = [(happening, line.quantity - short, _accept(world, line))]
    return world.attempt(Cause.SHORT_RECEIPT, line.kind, edits)


def receive_over(world: Mischief) -> bool:
    """Book what the paper says where a supplier sent more."""
    found = world.pick("goods_receipt", lambda line: line.quantity_expected == line.quantity)
    if not found:
        return False
    happening, line = found
    more = _draw_part(world.rng, line.quantity + 4)
    edits: list[Edit] = [(happening, line.quantity + more, _accept(world, line))]
    return world.attempt(Cause.OVER_RECEIPT, line.kind, edits)


def _pack_wrong(world: Mischief, cause: Cause, sign: int) -> bool:
    found = world.pick("transfer_receipt", lambda line: line.quantity >= 3)
    if not found:
        return False
    came, line = found
    left, _ = world.chain.deliveries[line.counterpart]
    sent = left.booked
    if left.is_faulty or not sent or (line.counterpart_verified and world.rng.random() < 0.8):
        return False
    wrong = sign * _draw_part(world.rng, line.quantity - 1)
    edits: list[Edit] = [
        (left, -(line.quantity + wrong), sent),
        (came, line.quantity + wrong, _accept(world, line)),
    ]
    return world.attempt(cause, "packed", edits)


def ship_short(world: Mischief) -> bool:
    """Pack less than the paper says; the rest stays in the bin."""
    return _pack_wrong(world, Cause.SHORT_SHIPMENT, -1)


def ship_over(world: Mischief) -> bool:
    """Pack more than the paper says."""
    return _pack_wrong(world, Cause.OVER_SHIPMENT, 1)


def unload_elsewhere(world: Mischief) -> bool:
    """Leave a carton at another store of the same tour, which puts it on its shelf."""
    found = world.pick("transfer_receipt")
    if not found:
        return False
    came, line = found
    others = [site for site in trade.ROUTES[line.partner] if site != came.key.site]
    other = Key(site=world.rng.choice(others), sku=came.key.sku)
    if other not in world.chain.opening:
        return False
    when = came.at + timedelta(minutes=world.rng.randint(-40, 70))
    edits: list[Edit] = [
        (came, 0, _accept(world, line)),
        (blank(other, when), line.quantity, None),
    ]
    return world.attempt(Cause.WRONG_SITE, "tour", edits)


def put_elsewhere(world: Mischief) -> bool:
    """Put goods into another bin than the one scanned."""
    kind = world.rng.choice(("goods_receipt", "bin_move"))
    found = world.pick(kind, lambda line: bool(line.key.place) and line.quantity > 0)
    if not found:
        return False
    happening, line = found
    key = happening.key
    is_pick = key.place.endswith("1")
    other = name_bin(key.sku, "reserve" if is_pick else "pick")
    if world.rng.random() < 0.4:
        aisle, bay, floor = key.place.split("-")
        other = replace(key, place=f"{aisle}-{int(bay) + 1:03}-{floor}")
    if other not in world.windows:
        # A blind count of that bin finds goods there which no book knows of.
        world.windows[other] = world.windows[key]
        world.chain.opening[other] = 0
    edits: list[Edit] = [(happening, 0, line), (blank(other, happening.at), line.quantity, None)]
    return world.attempt(Cause.BIN_MIXUP, kind, edits)


def _mix(world: Mischief) -> bool:
    """Mix goods up, at a register in one case of four."""
    return (mix_at_sale if world.rng.random() < 0.25 else mix_goods)(world)


EARLY: dict[Cause, tuple[Callable[[Mischief], bool], float]] = {
    Cause.MISKEY: (miskey, 9),
    Cause.UNIT_MIXUP: (mix_units, 6),
    Cause.SKU_MIXUP: (_mix, 9),
    Cause.SHORT_RECEIPT: (receive_short, 10),
    Cause.OVER_RECEIPT: (receive_over, 4),
    Cause.SHORT_SHIPMENT: (ship_short, 5),
    Cause.OVER_SHIPMENT: (ship_over, 3),
    Cause.WRONG_SITE: (unload_elsewhere, 5),
    Cause.BIN_MIXUP: (put_elsewhere, 4),
}
