"""The weeks of a retailer: who sells what, when trucks leave, and what is planned to go wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from random import Random

from tests.recon.fourth_chain.dials import draw
from tests.recon.fourth_chain.docks import Arrival, Parcel, draw_mode, find_key, ship, take_in
from tests.recon.fourth_chain.goods import Item, list_items, list_sets
from tests.recon.fourth_chain.shop import Agenda, Shop, draw_poisson
from tests.recon.fourth_chain.world import START, STORES, WAREHOUSES, Consignment, World
from yipan.recon.rules import Cause, Key

#: Days of trade that go on while the last sites are counted.
TAIL = 7
DAY = timedelta(days=1)


def live(seed: int, *, drip_factor: int, share: float = 1.0) -> World:
    """Let a retailer of a seed live until it has been counted. `share` makes the range smaller."""
    rng = Random(seed * 7919 + 4)
    dials = draw(rng)
    items = list_items(rng, days=dials.days)
    items = [item for item in items if rng.random() < share]
    world = World(
        rng=rng,
        dials=dials,
        items={item.sku: item for item in items},
        sets=list_sets(rng, items),
    )
    end = START + DAY * (dials.days + TAIL)
    _set_up(world, share=share)
    agenda = Agenda()
    shop = Shop(world=world, agenda=agenda)
    carried = _stock_up(world)
    for day in range(dials.days + TAIL):
        _plan_day(world, shop, carried, day=day, drip_factor=drip_factor)
    _plan_testers(shop, carried)
    agenda.run(until=end)
    return world


def _set_up(world: World, *, share: float) -> None:
    """Draw what is to go wrong and with whom, which devices are silent, and when is counted."""
    rng, dials = world.rng, world.dials
    sites = (*STORES, *WAREHOUSES)
    # Habits name people, carriers or sites; appointments are met at the next fitting occasion.
    actors = [
        f"{site} {role} {n}"
        for site in sites
        for role in ("receiver", "cashier", "packer")
        for n in (0, 1, 2)
    ]
    suppliers = sorted({item.family.supplier for item in world.items.values()})
    for cause, many in dials.cases.items():
        moments = [START + DAY * rng.uniform(1, dials.days) for _ in range(round(many * share))]
        world.due[cause] = sorted(moments, reverse=True)
        if rng.random() < dials.habits:
            world.stick[cause] = frozenset(
                {*rng.sample(actors, 10), *rng.sample(suppliers, 1), *rng.sample(sites, 3)}
            )
    world.silent = {
        place: frozenset(site for site in sites if rng.random() < part)
        for place, part in (("dock", dials.silent_docks), ("till", dials.silent_tills))
    }
    for site in sites:
        day = dials.days + rng.randint(-2, TAIL - 4)
        world.counts[site] = START + timedelta(days=day, hours=rng.randint(8, 12))
    for site in rng.sample(STORES, dials.offline_sites):
        hours = rng.uniform(1, 14)
        world.offline[site] = (world.counts[site] - timedelta(hours=hours), site)
    for site in WAREHOUSES:
        for number, sku in enumerate(world.items):
            first = f"{chr(65 + number // 40)}-{number % 40:02}"
            world.bins[site, sku] = (first, f"R-{number // 2:03}" if number % 3 else first)


def _stock_up(world: World) -> dict[str, list[str]]:
    """Fill shelves, and return what each store carries."""
    rng = world.rng
    carried = {}
    for store in STORES:
        carried[store] = [sku for sku in world.items if rng.random() < 0.6]
        for sku in carried[store]:
            item = world.items[sku]
            if item.family.launch == 0:
                _open(world, Key(site=store, sku=sku), 2 + round(item.pace * rng.uniform(6, 20)))
    for warehouse in WAREHOUSES:
        for sku, item in world.items.items():
            if not item.family.is_direct:
                packs = round(item.pace * rng.uniform(60, 130) / item.pack) + 1
                _open(world, world.pick_bin(warehouse, sku), packs * item.pack)
                _open(world, world.reserve_bin(warehouse, sku), rng.randint(0, 6) * item.pack)
    return carried


def _open(world: World, key: Key, quantity: int) -> None:
    world.opening[key] = world.opening.get(key, 0) + quantity
    world.shelf[key] += quantity
    world.book[key] += quantity


def _plan_day(
    world: World, shop: Shop, carried: dict[str, list[str]], *, day: int, drip_factor: int
) -> None:
    rng, dials, agenda = world.rng, world.dials, shop.agenda
    start = START + DAY * day
    season = rng.uniform(0.7, 1.5)
    promoted = set(rng.sample(sorted(world.items), min(4, len(world.items))))
    for store in STORES:
        for sku in carried[store]:
            item = world.items[sku]
            if day >= item.family.launch:
                pace = item.pace * dials.sales * season * (4 if sku in promoted else 1)
                _plan_item(shop, store, item, pace=pace, start=start)
        for each in world.sets:
            for _ in range(draw_poisson(rng, 0.25)):
                agenda.put(
                    _open_hours(rng, start),
                    partial(shop.sell_set, store, each),
                )
        _plan_thieves(shop, store, start=start)
        _plan_truck(world, shop, carried, store=store, day=day)
    for number, warehouse in enumerate(WAREHOUSES):
        if day % 7 == 2 + 2 * number:
            agenda.put(start + timedelta(hours=7), partial(_buy, shop, warehouse))
        agenda.put(start + timedelta(hours=5), partial(_refill, world, warehouse))
    _plan_losses(shop, start=start, drip_factor=drip_factor)


def _plan_item(shop: Shop, store: str, item: Item, *, pace: float, start: datetime) -> None:
    """Plan what a store sells of an item in a day, and what goes past its date."""
    rng, key = shop.world.rng, Key(site=store, sku=item.sku)
    for _ in range(draw_poisson(rng, pace / 1.5)):
        _plan_sale(shop, key, item, at=_open_hours(rng, start))
    if item.family.has_date and rng.random() < 0.012:
        shop.agenda.put(_open_hours(rng, start), partial(shop.pass_date, key))


def _plan_thieves(shop: Shop, store: str, *, start: datetime) -> None:
    for _ in range(3):
        at = _open_hours(shop.world.rng, start)
        shop.agenda.put(at, partial(shop.steal, store))


def _open_hours(rng: Random, start: datetime) -> datetime:
    return start + timedelta(minutes=rng.randint(9 * 60, 20 * 60), seconds=rng.randrange(60))


def _plan_sale(shop: Shop, key: Key, item: Item, *, at: datetime) -> None:
    rng = shop.world.rng
    drinks = item.goods.category == "drinks"
    quantity = rng.choice((1, 2, 6, item.pack) if drinks else (1, 1, 1, 1, 2, 3))
    if rng.random() < 0.004 * shop.world.dials.decoys:
        # A true bulk order.
        quantity *= 10
    if not drinks and rng.random() < 0.08:
        shop.agenda.put(at, partial(shop.hand_over, key, quantity))
    else:
        shop.agenda.put(at, partial(shop.sell, key, quantity))
        if rng.random() < 0.01 * shop.world.dials.decoys:
            shop.agenda.put(at + timedelta(minutes=1), partial(shop.sell, key, quantity))


def _plan_losses(shop: Shop, *, start: datetime, drip_factor: int) -> None:
    """Let small losses happen among all that stands anywhere, more of what thieves like."""
    world, rng = shop.world, shop.world.rng
    for key in sorted(world.opening):
        goods = world.items[key.sku].goods
        rate = world.dials.drip[goods.category] * drip_factor * (2 if goods.is_hot else 1)
        if key.site in WAREHOUSES:
            rate *= 0.4
        if rng.random() < rate:
            shop.agenda.put(_open_hours(rng, start), partial(shop.drip, key))


def _plan_testers(shop: Shop, carried: dict[str, list[str]]) -> None:
    world, rng = shop.world, shop.world.rng
    for store, skus in carried.items():
        for sku in skus:
            item = world.items[sku]
            days = item.goods.sample_days
            if days:
                at = START + timedelta(days=max(item.family.launch, 0) + rng.uniform(0, days))
                key = Key(site=store, sku=sku)
                shop.agenda.put(at, partial(shop.open_tester, key, item))


def _plan_truck(
    world: World, shop: Shop, carried: dict[str, list[str]], *, store: str, day: int
) -> None:
    """Plan what leaves for a store: daily or weekly from its warehouse, drinks from the makers."""
    rng = world.rng
    number = STORES.index(store)
    is_weekly = number / len(STORES) < world.dials.weekly
    leaves = START + timedelta(days=day, hours=4, minutes=rng.randrange(60))
    if not is_weekly or day % 7 == number % 7:
        cover = 14 if is_weekly else 8
        skus = [sku for sku in carried[store] if not world.items[sku].family.is_direct]
        shop.agenda.put(leaves, partial(_supply, shop, store, skus, cover=cover, day=day))
    if day % 7 == (number + 3) % 7:
        direct = [sku for sku in carried[store] if world.items[sku].family.is_direct]
        shop.agenda.put(leaves, partial(_buy_direct, shop, store, direct))
    if rng.random() < 0.25:
        other = world.choose(set(STORES) - {store})
        some = rng.sample(carried[store], min(3, len(carried[store])))
        shop.agenda.put(
            leaves + timedelta(hours=8),
            partial(
                _send, shop, store, other, [(sku, rng.choice((1, 2, 3, 4, 6))) for sku in some]
            ),
        )


def _supply(shop: Shop, store: str, skus: list[str], *, cover: int, day: int, at: datetime) -> None:
    world, rng = shop.world, shop.world.rng
    wanted = []
    for sku in skus:
        item = world.items[sku]
        if day < item.family.launch:
            continue
        target = 2 + item.pace * world.dials.sales * cover
        short = target - world.book[Key(site=store, sku=sku)]
        if short > target / 3:
            unit = item.pack if item.goods.category in ("care", "make-up") else 1
            wanted.append((sku, max(1, round(short / unit)) * unit))
    origin = WAREHOUSES[STORES.index(store) % 2]
    while wanted:
        # A truck carries several boxes, each with a shipment of its own.
        some = rng.choice((1, 1, 2, 3, 4, 8, 15))
        _send(shop, origin, store, wanted[:some], at=at)
        wanted = wanted[some:]


def _send(
    shop: Shop, origin: str, target: str, wanted: list[tuple[str, int]], *, at: datetime
) -> None:
    world, rng = shop.world, shop.world.rng
    takes = timedelta(hours=rng.uniform(3, 9) if rng.random() < 0.9 else rng.uniform(20, 90))
    sent = ship(world, origin=origin, target=target, wanted=wanted, at=at, comes_at=at + takes)
    if sent is not None:
        document, parcels, is_checked = sent
        arrival = Arrival(
            site=target,
            kind="transfer_receipt",
            paper=document,
            partner=origin,
            parcels=parcels,
            is_checked=is_checked,
        )
        shop.agenda.put(at + takes, partial(take_in, world, arrival))


def _buy_direct(shop: Shop, store: str, skus: list[str], *, at: datetime) -> None:
    world = shop.world
    lines = []
    for sku in skus:
        item = world.items[sku]
        target = 6 + item.pace * world.dials.sales * 16
        short = target - world.book[Key(site=store, sku=sku)]
        if short > 0:
            lines.append((sku, max(1, round(short / item.pack)) * item.pack))
    _deliver(shop, store, lines, at=at)


def _buy(shop: Shop, warehouse: str, *, at: datetime) -> None:
    world = shop.world
    lines = []
    for sku, item in world.items.items():
        here = {world.pick_bin(warehouse, sku), world.reserve_bin(warehouse, sku)}
        target = item.pace * world.dials.sales * 60 + item.pack
        short = target - sum(world.book[key] for key in here)
        if short > target / 4 and not item.family.is_direct:
            lines.append((sku, max(1, round(short / item.pack)) * item.pack))
    _deliver(shop, warehouse, lines, at=at)


def _deliver(shop: Shop, site: str, lines: list[tuple[str, int]], *, at: datetime) -> None:
    """Let each supplier bring what was ordered of it, on one note or several."""
    world, rng = shop.world, shop.world.rng
    by_supplier: dict[str, list[tuple[str, int]]] = {}
    for sku, quantity in lines:
        by_supplier.setdefault(world.items[sku].family.supplier, []).append((sku, quantity))
    for supplier, wanted in by_supplier.items():
        left = wanted
        while left:
            some = rng.choice((1, 2, 3, 4, 6))
            note = world.number("DN")
            takes = timedelta(hours=rng.uniform(1, 8) + (rng.random() < 0.15) * rng.uniform(15, 60))
            parcels = [Parcel(sku, number, {sku: number}) for sku, number in left[:some]]
            arrival = Arrival(
                site=site, kind="goods_receipt", paper=note, partner=supplier, parcels=parcels
            )
            for sku, number in left[:some]:
                world.sent.append(
                    Consignment(
                        document=note,
                        key=find_key(world, site, sku),
                        quantity=number,
                        sent_at=at,
                        comes_at=at + takes,
                    )
                )
            shop.agenda.put(at + takes, partial(take_in, world, arrival))
            left = left[some:]


def _refill(world: World, warehouse: str, *, at: datetime) -> None:
    """Bring goods from the reserve down to where they are picked, or nearly there."""
    rng = world.rng
    for sku, item in world.items.items():
        source, target = world.reserve_bin(warehouse, sku), world.pick_bin(warehouse, sku)
        if source == target or world.shelf[target] > item.pace * 25 or not world.shelf[source]:
            continue
        short = item.pace * 40 - world.shelf[target]
        quantity = min(world.shelf[source], max(1, round(short / item.pack)) * item.pack)
        driver = f"{warehouse} driver {rng.randrange(3)}"
        head = world.head("bin_move", site=warehouse, at=at, actor=driver, mode=draw_mode(world))
        case, moved = None, quantity
        if world.is_due(Cause.BIN_MIXUP, at=at, who=(driver, warehouse)):
            case = world.open_case(Cause.BIN_MIXUP)
            moved = 0 if rng.random() < 0.4 else quantity - world.size(quantity)
        if moved:
            world.move(source, -moved, at=at, case=case)
            world.move(target, moved, at=at, case=case)
        world.tell(head, source, -quantity, case=case)
        world.tell(head, target, quantity, case=case)
