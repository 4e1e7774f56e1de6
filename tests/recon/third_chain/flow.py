"""Weeks in which nothing goes wrong: goods arrive, are moved and sold, and come back."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.recon.third_chain import trade
from tests.recon.third_chain.trade import WAREHOUSE, Range, at, draw_pieces, draw_poisson
from yipan.recon.rules import Expected, Key, Line

CASHIERS, RECEIVERS, PICKERS = 5, 3, 7
BULKY = frozenset({"fasteners", "lamps", "sealants", "cables"})
RETURNED, ORDERED_ONLINE = 0.03, 0.04


@dataclass(slots=True, eq=False)
class Happening:
    """Goods that moved at a key, and the line booked of it; either may be missing."""

    key: Key
    at: datetime
    moved: int
    booked: Line | None
    is_faulty: bool = False


@dataclass(kw_only=True)
class Chain:
    """What stands and happens: `shelf` and `opening` are by key, as are `expected`, `expired`."""

    rng: Random
    range: Range
    shelf: dict[Key, list[Happening]] = field(default_factory=lambda: defaultdict(list))
    opening: dict[Key, int] = field(default_factory=dict)
    expected: dict[Key, list[Expected]] = field(default_factory=lambda: defaultdict(list))
    expired: dict[Key, int] = field(default_factory=dict)
    numbers: Counter[str] = field(default_factory=Counter)
    clocks: dict[str, timedelta] = field(default_factory=dict)
    #: The dispatch and the arrival of one delivery, by the number of its shipment.
    deliveries: dict[str, tuple[Happening, Happening]] = field(default_factory=dict)
    #: Days a store's till was cut off from the network, with the hour it came back next day.
    offline: dict[str, tuple[int, str]] = field(default_factory=dict)

    def number(self, prefix: str, site: str) -> str:
        """Return the next number of a kind of paper at a site."""
        self.numbers[prefix + site] += 1
        return f"{prefix}-{site}-{self.numbers[prefix + site]:05}"

    def actor(self, role: str, site: str) -> str:
        """Return somebody who works there; the first of them works most."""
        count = {"cashier": CASHIERS, "receiver": RECEIVERS, "picker": PICKERS}[role]
        return f"{site}-{role}-{min(self.rng.randrange(count), self.rng.randrange(count)) + 1}"

    def make_line(
        self, key: Key, when: datetime, quantity: int, kind: str, evidence: dict[str, object]
    ) -> Line:
        """Write a line as the device of its actor would, by the device's own clock."""
        given = dict(evidence)
        prefix = str(given.pop("prefix", kind[:2].upper()))
        lag = given.pop("lag", None)
        assert lag is None or isinstance(lag, timedelta)
        actor = str(given.get("actor", ""))
        stamped = when + self.clocks.get(actor, timedelta())
        if key.site == trade.OLD_DEVICES:
            given["mode"] = ""
        return Line(
            document=str(given.pop("document", "")) or self.number(prefix, key.site),
            kind=kind,
            key=key,
            quantity=quantity,
            occurred_at=stamped,
            recorded_at=stamped + (lag or timedelta(seconds=self.rng.randint(1, 90))),
            **given,  # type: ignore[arg-type] # the fields of a line by name
        )

    def add(
        self, key: Key, when: datetime, quantity: int, kind: str, **evidence: object
    ) -> Happening:
        """Let goods move, and book them as they did."""
        line = self.make_line(key, when, quantity, kind, evidence)
        happening = Happening(key, when, quantity, line)
        self.shelf[key].append(happening)
        return happening


def make_flow(rng: Random, goods: Range) -> Chain:
    """Let the chain trade for its weeks, each book equal to its shelf."""
    chain = Chain(rng=rng, range=goods)
    _set_clocks(chain)
    promoted = {
        sku: 7 * rng.choice((2, 3, 4))
        for sku in rng.sample([sku for sku in goods.trade if not goods.trade[sku].is_hot], 26)
    }
    for site in trade.STORES:
        chain.offline[site] = (rng.randrange(6, trade.DAYS - 2), f"{site}-cashier-2")
    for route, stores in trade.ROUTES.items():
        for site in stores:
            for sku in goods.trade:
                if rng.random() < 0.8:
                    _Shelf(chain, site, sku, promoted.get(sku)).trade(
                        (2, 5) if goods.trade[sku].is_direct else trade.DELIVERY_DAYS[route],
                        route,
                    )
    _sell_kits(chain)
    for sku in goods.trade:
        _stock_warehouse(chain, sku)
    return chain


def _set_clocks(chain: Chain) -> None:
    """Set devices some seconds wrong, and those of one store some minutes."""
    for site in (*trade.STORES, WAREHOUSE):
        for role, count in (("cashier", CASHIERS), ("receiver", RECEIVERS), ("picker", PICKERS)):
            for each in range(1, count + 1):
                wrong = chain.rng.gauss(0, 25)
                if site == "H04" and role == "cashier":
                    wrong += 260
                chain.clocks[f"{site}-{role}-{each}"] = timedelta(seconds=round(wrong))


class _Shelf:
    """One SKU in one store: filled up by lorry, sold, brought back."""

    def __init__(self, chain: Chain, site: str, sku: str, promotion: int | None) -> None:
        self.chain, self.site, self.sku = chain, site, sku
        self.key = Key(site=site, sku=sku)
        self.kind = chain.range.trade[sku]
        self.rate = self.kind.rate * chain.range.popularity[sku] * trade.SIZES[site]
        self.level = max(4, math.ceil(self.rate * self.kind.pieces * 8) + 2)
        self.stock = chain.opening[self.key] = self.level + chain.rng.randrange(3)
        self.promotion = promotion
        self.comes_back: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self.project = chain.rng.randrange(3, 40) if chain.rng.random() < 0.02 else -1

    def trade(self, days: tuple[int, ...], route: str) -> None:
        """Pass all days of the weeks."""
        for day in range(trade.DAYS):
            if day == self.project:
                self.serve_project(day, route)
            if day % 7 in days:
                self.fill(day, route)
            self.sell(day)
            for quantity, ticket in self.comes_back.pop(day, ()):
                self.take_back(day, quantity, ticket)
            self.use(day)

    def fill(self, day: int, route: str) -> None:
        """Fill up to the level, in full packs as a rule."""
        is_near = self.promotion is not None and -4 <= day - self.promotion < 6
        level = self.level * (3 if is_near else 1)
        quantity = level - self.stock
        if quantity < level * 0.35:
            return
        pack = min(self.chain.range.goods[self.sku].packs)
        if self.chain.rng.random() < 0.7 and pack <= 2 * quantity:
            quantity = pack * math.ceil(quantity / pack)
        self.receive(day, quantity, route)

    def receive(self, day: int, quantity: int, route: str) -> None:
        """Take in what a supplier or the warehouse brought in the morning."""
        when = at(day, self.chain.rng.uniform(5.6, 6.8))
        if self.kind.is_direct:
            receive_goods(self.chain, self.key, when, quantity)
        else:
            _deliver(self.chain, self.key, when, quantity, route)
        self.stock += quantity

    def serve_project(self, day: int, route: str) -> None:
        """Order far more than ever for a building site, which fetches it at once."""
        quantity = self.level * self.chain.rng.choice((5, 8, 10))
        self.receive(day, quantity, route)
        self.take_out(at(day, 15 + self.chain.rng.random()), quantity, is_keyed=True)

    def sell(self, day: int) -> None:
        """Sell to whoever comes."""
        rng = self.chain.rng
        is_on = self.promotion is not None and 0 <= day - self.promotion < 6
        count = draw_poisson(rng, self.rate * trade.WEEK[day % 7] * (3.2 if is_on else 1))
        for hour in sorted(rng.triangular(7, 20, 11) for _ in range(count)):
            quantity, is_keyed = draw_pieces(rng, self.kind.pieces), False
            if self.kind.name in BULKY and rng.random() < 0.012:
                quantity, is_keyed = rng.randint(10, 90), True
            quantity = min(quantity, self.stock)
            if quantity > 0:
                self.take_out(at(day, hour), quantity, is_keyed=is_keyed)

    def take_out(self, when: datetime, quantity: int, *, is_keyed: bool) -> None:
        """Sell at a register, or hand out what was ordered online."""
        rng, actor = self.chain.rng, self.chain.actor("cashier", self.site)
        is_many = quantity >= 3 and rng.random() < 0.6
        evidence: dict[str, object] = {
            "prefix": "T",
            "mode": "key" if is_keyed or (is_many and rng.random() < 0.5) else "scan",
            "actor": actor,
            "uses_multiplier": is_keyed or is_many,
        }
        if rng.random() < ORDERED_ONLINE:
            evidence |= {"prefix": "WO", "mode": "scan", "uses_multiplier": False}
        cut_off = self.chain.offline[self.site]
        if (when - trade.START).days == cut_off[0] and actor == cut_off[1]:
            evidence["lag"] = at(cut_off[0] + 1, 8.5) - when
        sold = self.chain.add(self.key, when, -quantity, "sales_issue", **evidence)
        self.stock -= quantity
        day = (when - trade.START).days + rng.randint(1, 9)
        if rng.random() < RETURNED and day < trade.DAYS and sold.booked:
            self.comes_back[day].append((rng.randint(1, min(quantity, 4)), sold.booked.document))

    def take_back(self, day: int, quantity: int, ticket: str) -> None:
        """Take goods back against their ticket."""
        rng = self.chain.rng
        self.chain.add(
            self.key,
            at(day, rng.uniform(9, 19)),
            quantity,
            "customer_return",
            prefix="CR",
            mode=rng.choice(("scan", "scan", "key")),
            actor=self.chain.actor("cashier", self.site),
            counterpart=ticket if rng.random() < 0.95 else "",
        )
        self.stock += quantity

    def use(self, day: int) -> None:
        """Scrap what broke, open the next tester, send back what nobody wants."""
        rng, rhythm = self.chain.rng, self.chain.range.goods[self.sku].sample_days
        actor = self.chain.actor("receiver", self.site)
        if rhythm and (day + len(self.sku) + int(self.sku[1:3])) % rhythm == 0 and self.stock > 1:
            self.issue(at(day, 8.2), 1, "sample_issue", mode="scan", actor=actor)
        if rng.random() < 0.004 and self.stock > 2:
            self.issue(at(day, rng.uniform(9, 19)), 1, "scrap", mode="scan", actor=actor)
        if rng.random() < 0.0007 and self.stock > 5:
            count = rng.randint(2, self.stock // 2)
            self.issue(at(day, 19.2), count, "supplier_return", mode="key", actor=actor)

    def issue(self, when: datetime, quantity: int, kind: str, **evidence: object) -> None:
        """Let goods leave by a paper."""
        self.chain.add(self.key, when, -quantity, kind, **evidence)
        self.stock -= quantity


def receive_goods(chain: Chain, key: Key, when: datetime, quantity: int) -> Happening:
    """Take in a supplier's delivery, which is now and then not what was told, and booked so."""
    rng, supplier = chain.rng, chain.range.supplier[key.sku]
    evidence: dict[str, object] = {
        "prefix": "GR",
        "mode": rng.choices(("bulk", "scan", "key"), (4, 3, 3))[0],
        "actor": chain.actor("receiver", key.site),
        "partner": supplier,
        "lag": timedelta(minutes=rng.choices((4, 40, 260), (8, 1, 1))[0] * rng.uniform(0.5, 1.5)),
    }
    told = quantity
    if rng.random() < 0.04:
        told = max(1, quantity + rng.choice((-2, -1, 1, 2, 3)))
        evidence["mode"] = "key"
    if supplier not in trade.WITHOUT_NOTICE:
        evidence |= {
            "quantity_expected": told,
            "counterpart": chain.number("DN", supplier),
            "counterpart_quantity": told,
        }
    elif rng.random() < 0.5:
        evidence["counterpart"] = chain.number("DN", supplier)
    return chain.add(key, when, quantity, "goods_receipt", **evidence)


def _deliver(chain: Chain, key: Key, when: datetime, quantity: int, route: str) -> None:
    """Send goods from the warehouse the evening before, and take them in as they were sent."""
    rng = chain.rng
    shipment, receipt = chain.number("TS", WAREHOUSE), chain.number("TR", key.site)
    is_verified = rng.random() < 0.6
    left = chain.add(
        name_bin(key.sku, "pick"),
        at((when - trade.START).days - 1, rng.uniform(14, 19)),
        -quantity,
        "transfer_shipment",
        document=shipment,
        mode="scan" if is_verified else rng.choice(("scan", "key", "bulk")),
        actor=chain.actor("picker", WAREHOUSE),
        quantity_expected=quantity,
        counterpart=receipt,
        counterpart_quantity=quantity,
        partner=route,
    )
    came = chain.add(
        key,
        when,
        quantity,
        "transfer_receipt",
        document=receipt,
        mode=rng.choices(("bulk", "scan", "key"), (6, 3, 1))[0],
        actor=chain.actor("receiver", key.site),
        quantity_expected=quantity,
        counterpart=shipment,
        counterpart_quantity=quantity,
        counterpart_verified=is_verified,
        partner=route,
        lag=timedelta(minutes=rng.choices((3, 50, 300), (8, 1, 1))[0] * rng.uniform(0.5, 1.5)),
    )
    chain.deliveries[shipment] = (left, came)


def name_bin(sku: str, part: str) -> Key:
    """Return where a SKU lies in the warehouse: one bin to pick from, one of reserve above it."""
    aisle, bay = int(sku[0]), int(sku[1:3]) * 6 + int(sku[3:5])
    return Key(site=WAREHOUSE, sku=sku, place=f"{aisle:02}-{bay:03}-{1 if part == 'pick' else 4}")


def _sell_kits(chain: Chain) -> None:
    """Sell sets; a register that knows their parts issues those, not the set."""
    rng = chain.rng
    for parts in chain.range.kits.values():
        for site in trade.STORES:
            if not all(chain.opening.get(Key(site=site, sku=sku)) for sku in parts):
                continue
            for day in range(trade.DAYS):
                if day % 7 != 6 and rng.random() < 0.16 * trade.SIZES[site]:
                    when, ticket = at(day, rng.uniform(8, 19)), chain.number("T", site)
                    actor = chain.actor("cashier", site)
                    for sku, count in parts.items():
                        key = Key(site=site, sku=sku)
                        chain.opening[key] += count
                        chain.add(
                            key, when, -count, "sales_issue",
                            document=ticket, mode="scan", actor=actor,
                        )  # fmt: skip


def _stock_warehouse(chain: Chain, sku: str) -> None:
    """Bring in by the case what the stores fetch, and down from the reserve what is picked."""
    rng, pick, reserve = chain.rng, name_bin(sku, "pick"), name_bin(sku, "reserve")
    wanted: Counter[int] = Counter()
    for happening in chain.shelf[pick]:
        wanted[(happening.at - trade.START).days] -= happening.moved
    total, case = sum(wanted.values()), max(chain.range.goods[sku].packs)
    if chain.range.trade[sku].is_direct or not total:
        return
    low = min(wanted)
    picked = chain.opening[pick] = wanted[low] + case + rng.randrange(case)
    above = chain.opening[reserve] = case * math.ceil(total / case / 2 + 3)
    for day in range(trade.DAYS):
        need = sum(wanted[day + ahead] for ahead in range(3))
        if above < 2 * need + case and day % 7 in (0, 2, 4):
            count = case * math.ceil((total / 5 + need) / case)
            receive_goods(chain, reserve, at(day, rng.uniform(6, 9)), count)
            above += count
        if picked < need + 2:
            down = min(above, case * math.ceil((need + 2 - picked) / case))
            actor, number = chain.actor("picker", WAREHOUSE), chain.number("BM", WAREHOUSE)
            for key, moved in ((reserve, -down), (pick, down)):
                chain.add(
                    key, at(day, 11.5), moved, "bin_move",
                    document=number, mode="scan", actor=actor, lag=timedelta(minutes=1),
                )  # fmt: skip
            picked, above = picked + down, above - down
        picked -= wanted[day]
