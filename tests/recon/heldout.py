"""
A chain of stores whose differences have known causes: the measure of the cause engine.

Written independently of the rules, by what is said of a cause in words. Goods move first, each
event with what the shelf did and what the papers say of it; then causes part the two
(`heldout_causes`), and a full count finds what is left. The truth stays in `World.cases` and
never enters the evidence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from yipan.recon.rules import Cause, Expected, Goods, Key, Line

START = datetime(2026, 3, 2, tzinfo=UTC)
DAYS = 28
STORES = tuple(f"S{number:02}" for number in range(1, 10))
WAREHOUSE = "WH"


@dataclass(slots=True)
class Event:
    """What happened once: the lines written of it, and how the shelf moved."""

    lines: list[Line]
    moves: list[tuple[Key, datetime, int]]


@dataclass(frozen=True, slots=True)
class Case:
    """A cause that was put in, and by how much each key differs because of it."""

    cause: Cause
    deltas: dict[Key, int]


@dataclass(slots=True)
class World:
    """The truth of a chain over 28 days; quantities are pieces."""

    rng: Random
    goods: dict[str, Goods] = field(default_factory=dict)
    opening: dict[Key, int] = field(default_factory=dict)
    receipts: list[list[Event]] = field(default_factory=list)
    transfers: list[list[Event]] = field(default_factory=list)
    sales: list[Event] = field(default_factory=list)
    returns: list[Event] = field(default_factory=list)
    kit_sales: list[Event] = field(default_factory=list)
    samples: list[Event] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    expired: dict[Key, int] = field(default_factory=dict)
    counted_wrong: dict[Key, int] = field(default_factory=dict)
    slips: dict[Key, dict[Key, int]] = field(default_factory=dict)
    counted_at: dict[Key, datetime] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    serial: int = 0

    def number(self, prefix: str) -> str:
        """Return the number of a new document."""
        self.serial += 1
        return f"{prefix}-{self.serial:06}"

    def at(self, day: int) -> datetime:
        """Return a moment of the opening hours of a day."""
        return START + timedelta(days=day, hours=9, minutes=self.rng.randrange(720))

    def take(self, events: Iterable[Event]) -> Event:
        """Draw an event that no cause has touched yet."""
        event = self.rng.choice([event for event in events if id(event) not in self.used])
        self.used.add(id(event))
        return event

    def take_small(self, documents: Iterable[list[Event]]) -> list[Event]:
        """Draw a document of at most three lines that no cause has touched yet."""
        chosen = self.rng.choice(
            [
                events
                for events in documents
                if len(events) <= 3 and not any(id(event) in self.used for event in events)
            ]
        )
        self.used.update(id(event) for event in chosen)
        return chosen

    def note(self, cause: Cause, deltas: dict[Key, int]) -> None:
        """Keep the truth of a cause."""
        self.cases.append(Case(cause, deltas))

    def key(self, *, is_wanted: Callable[[Goods], bool] = lambda _goods: True) -> Key:
        """Draw a key of a store by its goods."""
        return self.rng.choice(
            [k for k in self.opening if k.site != WAREHOUSE and is_wanted(self.goods[k.sku])]
        )

    def list_events(self) -> list[Event]:
        """Return all that happened."""
        grouped = [event for events in (*self.receipts, *self.transfers) for event in events]
        return [
            *grouped, *self.sales, *self.returns, *self.kit_sales, *self.samples, *self.others,
        ]  # fmt: skip


def draw_poisson(rng: Random, mean: float) -> int:
    """Draw from a Poisson distribution with a small mean."""
    limit, product, drawn = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        drawn += 1
    return drawn


def stock_up(world: World) -> None:
    """Invent 400 SKUs in families of 2 to 6, what each store carries, and 8 kits."""
    rng = world.rng
    category, family, left = "", "", 0
    for number in range(400):
        if not left:
            category = rng.choice(("makeup", "snack", "drink", "toy", "care", "stationery"))
            family, left = f"F{number:03}", rng.randint(2, 6)
        left -= 1
        price = rng.choice((590, 990, 1290, 1990, 2990, 4990, 9900, 19900))
        is_sampled = category in {"makeup", "care"} and rng.random() < 0.25
        sku = f"G{number:03}"
        world.goods[sku] = Goods(
            sku=sku,
            category=category,
            family=family,
            packs=frozenset({rng.choice((4, 5, 6, 6, 8, 10, 12, 12, 24))}),
            price_minor=price,
            is_hot=price >= 4990 and rng.random() < 0.5,
            sample_days=rng.choice((7, 10, 14)) if is_sampled else 0,
            sample_quantity=rng.choice((1, 1, 2)) if is_sampled else 1,
        )
    skus = list(world.goods)
    for site in (*STORES, WAREHOUSE):
        for sku in skus:
            if site == WAREHOUSE or rng.random() < 0.85:
                key = Key(site=site, sku=sku)
                world.opening[key] = rng.randint(300, 900) if site == WAREHOUSE else 0
                world.counted_at[key] = START + timedelta(
                    days=DAYS, hours=10, minutes=rng.randrange(360)
                )
    for number in range(8):
        parts = {sku: rng.choice((1, 1, 2)) for sku in rng.sample(skus, rng.choice((2, 3)))}
        world.goods[f"KIT{number}"] = Goods(
            sku=f"KIT{number}", category="kit", price_minor=9900, components=parts
        )


def deliver(world: World, *, site: str, day: int) -> None:
    """Let a supplier bring some goods of one category to a site, on one paper."""
    rng = world.rng
    category = rng.choice(("makeup", "snack", "drink", "toy", "care", "stationery"))
    keys = [k for k in world.opening if k.site == site and world.goods[k.sku].category == category]
    number, note, at = world.number("GR"), world.number("DN"), world.at(day)
    mode = rng.choices(("scan", "key", "bulk"), (50, 28, 22))[0]
    is_verified = rng.random() < 0.5
    events = []
    for key in rng.sample(keys, min(len(keys), rng.choice((1, 2, 3, 6, 10, 16)))):
        pack = min(world.goods[key.sku].packs)
        wanted = pack * rng.randint(1, 12 if site == WAREHOUSE else 5)
        # Now and then a supplier brings less than was ordered, and says so on the paper.
        quantity = wanted if mode == "bulk" or rng.random() < 0.93 else wanted - rng.randint(0, 3)
        line = Line(
            document=number,
            kind="goods_receipt",
            key=key,
            quantity=quantity,
            occurred_at=at,
            recorded_at=at + timedelta(minutes=rng.randint(1, 90)),
            mode=mode,
            quantity_expected=wanted,
            counterpart=note,
            counterpart_quantity=quantity,
            counterpart_verified=is_verified,
            partner=f"V-{category}",
            actor=f"{site}-r{rng.randint(1, 3)}",
        )
        events.append(Event([line], [(key, at, quantity)]))
    world.receipts.append(events)


def transfer(world: World, *, origin: str, target: str, day: int) -> None:
    """Ship some goods from one site to another, a day on the road."""
    rng = world.rng
    skus = [k.sku for k in world.opening if k.site == target and Key(site=origin, sku=k.sku) in
            world.opening]  # fmt: skip
    shipment, receipt = world.number("TS"), world.number("TR")
    sent = world.at(day)
    arrived = sent + timedelta(hours=rng.randint(12, 24))
    mode = rng.choices(("scan", "key", "bulk"), (55, 20, 25))[0]
    is_verified = rng.random() < 0.6
    events = []
    for sku in rng.sample(skus, rng.choice((1, 2, 3, 8, 14, 20))):
        quantity = rng.randint(3, 30) if origin == WAREHOUSE else rng.randint(2, 8)
        out = Line(
            document=shipment,
            kind="transfer_shipment",
            key=Key(site=origin, sku=sku),
            quantity=-quantity,
            occurred_at=sent,
            recorded_at=sent + timedelta(minutes=rng.randint(1, 60)),
            mode="scan" if is_verified else rng.choice(("scan", "bulk")),
            quantity_expected=quantity,
            counterpart=receipt,
            counterpart_quantity=quantity,
            partner=target,
            actor=f"{origin}-p{rng.randint(1, 4)}",
        )
        into = replace(
            out,
            document=receipt,
            kind="transfer_receipt",
            key=Key(site=target, sku=sku),
            quantity=quantity,
            occurred_at=arrived,
            recorded_at=arrived + timedelta(minutes=rng.randint(1, 60)),
            mode=mode,
            counterpart=shipment,
            counterpart_verified=is_verified,
            partner=origin,
            actor=f"{target}-r{rng.randint(1, 3)}",
        )
        moves = [(out.key, sent, -quantity), (into.key, arrived, quantity)]
        events.append(Event([out, into], moves))
    world.transfers.append(events)


def issue(world: World, *, key: Key, quantity: int, at: datetime, kind: str, mode: str) -> Event:
    """Move pieces of one key by a paper of its own, `quantity` signed."""
    line = Line(
        document=world.number(kind[:2].upper()),
        kind=kind,
        key=key,
        quantity=quantity,
        occurred_at=at,
        recorded_at=at,
        mode=mode,
        actor=f"{key.site}-c{world.rng.randint(1, 4)}",
        uses_multiplier=abs(quantity) > 1 and world.rng.random() < 0.5,
    )
    return Event([line], [(key, at, quantity)])


def trade(world: World) -> None:
    """Sell, take back and open testers for 28 days and into the day of the count."""
    rng = world.rng
    for key in [k for k in world.opening if k.site != WAREHOUSE]:
        rate = min(3.0, rng.lognormvariate(-2.0, 1.0))
        world.opening[key] = 12 + rng.randint(0, 30) + int(rate * DAYS * 1.6)
        for day in range(DAYS + 1):
            for _ in range(draw_poisson(rng, rate)):
                sell(world, key=key, day=day)
        goods = world.goods[key.sku]
        if goods.sample_days:
            for day in range(rng.randint(0, 3), DAYS + 1, goods.sample_days):
                quantity, at = -goods.sample_quantity, world.at(day)
                world.samples.append(
                    issue(world, key=key, quantity=quantity, at=at, kind="sample_issue", mode="key")
                )
    for site in STORES:
        for kit in (goods for goods in world.goods.values() if goods.components):
            sell_kit(world, kit=kit, site=site)


def sell(world: World, *, key: Key, day: int) -> None:
    """Sell some pieces of one key; a few come back two days later, most with their ticket."""
    rng = world.rng
    pieces = rng.choices((1, 2, 3, 4, 6), (74, 16, 5, 3, 2))[0]
    mode = "key" if rng.random() < (0.3 if pieces > 1 else 0.02) else "scan"
    at = world.at(day)
    sale = issue(world, key=key, quantity=-pieces, at=at, kind="sales_issue", mode=mode)
    world.sales.append(sale)
    if rng.random() >= 0.02 or day >= DAYS - 3:
        return
    back = issue(
        world,
        key=key,
        quantity=rng.randint(1, pieces),
        at=at + timedelta(days=2),
        kind="customer_return",
        mode=rng.choice(("key", "scan")),
    )
    if rng.random() < 0.85:
        back.lines[0] = replace(
            back.lines[0],
            counterpart=sale.lines[0].document,
            counterpart_quantity=pieces,
            counterpart_verified=rng.random() < 0.7,
        )
    world.returns.append(back)


def sell_kit(world: World, *, kit: Goods, site: str) -> None:
    """Sell a kit for 28 days: a line for the kit, and one for each of its parts."""
    parts = {Key(site=site, sku=sku): count for sku, count in kit.components.items()}
    if not parts.keys() <= world.opening.keys():
        return
    for key, count in parts.items():
        world.opening[key] += 12 * count
    for day in range(DAYS):
        if world.rng.random() < 0.3:
            at, key = world.at(day), Key(site=site, sku=kit.sku)
            sale = issue(world, key=key, quantity=-1, at=at, kind="sales_issue", mode="scan")
            sale.lines += [replace(sale.lines[0], key=k, quantity=-n) for k, n in parts.items()]
            sale.moves = [(k, at, -n) for k, n in parts.items()]
            world.kit_sales.append(sale)


def add_bystanders(world: World) -> None:
    """Add what looks like a cause and is none: goods on the road, picked orders, old goods."""
    rng = world.rng
    for kind, sign, count in (("receipt", 1, 40), ("foreign", 1, 90), ("handover", -1, 12)):
        for _ in range(count):
            key = world.key()
            quantity = sign * rng.randint(1, 24 if kind == "receipt" else 5)
            document, at = world.number("EX"), world.at(rng.randint(DAYS - 5, DAYS - 1))
            world.expected.append(
                Expected(kind=kind, document=document, key=key, quantity=quantity, at=at)
            )
    for _ in range(60):
        key = world.key(is_wanted=lambda goods: goods.category in {"snack", "drink"})
        world.expired[key] = rng.randint(1, 6)
    for _ in range(80):
        key = world.key()
        quantity, at = -rng.randint(1, 3), world.at(rng.randrange(DAYS))
        world.others.append(
            issue(world, key=key, quantity=quantity, at=at, kind="scrap", mode="key")
        )


def live(seed: int) -> World:
    """Return 28 days of a chain in which nothing went wrong."""
    world = World(Random(seed))
    stock_up(world)
    trade(world)
    for day in range(1, DAYS - 1):
        deliver(world, site=WAREHOUSE, day=day)
        for site in STORES:
            if world.rng.random() < 0.35:
                deliver(world, site=site, day=day)
            if world.rng.random() < 0.4:
                transfer(world, origin=WAREHOUSE, target=site, day=day - 1)
        if world.rng.random() < 0.5:
            origin, target = world.rng.sample(STORES, 2)
            transfer(world, origin=origin, target=target, day=day - 1)
    add_bystanders(world)
    return world
