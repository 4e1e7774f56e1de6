"""A day in a store: sales, goods brought back, orders picked up, testers, dates, thieves."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random

from tests.recon.fourth_chain.docks import mistype
from tests.recon.fourth_chain.goods import Item
from tests.recon.fourth_chain.world import Head, World
from yipan.recon.rules import Cause, Goods, Key


@dataclass(slots=True)
class Agenda:
    """What is to happen, in order of time; things may be put on it while it is worked off."""

    heap: list[tuple[datetime, int, Callable[..., None]]] = field(default_factory=list)
    serial: int = 0

    def put(self, at: datetime, doing: Callable[..., None]) -> None:
        """Plan something."""
        self.serial += 1
        heapq.heappush(self.heap, (at, self.serial, doing))

    def run(self, *, until: datetime) -> None:
        """Let everything happen that is planned before a moment."""
        while self.heap and self.heap[0][0] < until:
            at, _, doing = heapq.heappop(self.heap)
            doing(at=at)


@dataclass(slots=True)
class Shop:
    """The stores of a retailer, with what somebody there keeps doing wrong for a while."""

    world: World
    agenda: Agenda
    #: Till and goods whose other variant is scanned for them: which, the case, how many times more.
    mixing: dict[tuple[str, str], tuple[Key, int, int]] = field(default_factory=dict)
    #: Sets a till does not take apart: the case, until when, and which parts it forgets.
    whole: dict[tuple[str, str], tuple[int, datetime, frozenset[str]]] = field(default_factory=dict)
    sloppy: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def head(self, key: Key, *, at: datetime, kind: str, is_keyed: bool, paper: str = "") -> Head:
        """Begin a ticket at one of three tills; one of them may be offline until after a count."""
        world = self.world
        till = world.rng.randrange(3)
        head = world.head(
            kind,
            site=key.site,
            at=at,
            actor=f"{key.site} cashier {world.rng.randrange(5)}",
            mode="key" if is_keyed else "scan",
            counterpart=paper,
        )
        off = world.offline.get(key.site)
        if off and till == 0 and off[0] <= at:
            head = world.delay(
                head, until=max(head.recorded_at, world.counts[key.site] + timedelta(hours=30))
            )
        return head

    def sell(self, key: Key, asked: int, *, at: datetime) -> None:
        """Let a customer take goods along; what the till writes is another matter."""
        world, rng = self.world, self.world.rng
        quantity = min(asked, world.shelf[key])
        if quantity <= 0:
            return
        is_multiplied = quantity > 1 and rng.random() < world.dials.multiplier
        is_keyed = rng.random() < world.dials.keyed_sale * (6 if quantity > 9 else 1)
        head = self.head(key, at=at, kind="sales_issue", is_keyed=is_keyed)
        who = (head.actor, key.site)
        if self._mix_up(key, quantity, head=head, who=who):
            return
        case, told = None, -quantity
        if (is_keyed or is_multiplied) and world.is_due(Cause.MISKEY, at=at, who=who):
            case, told = world.open_case(Cause.MISKEY), -mistype(rng, quantity)
        elif is_keyed and world.is_due(Cause.WRONG_DIRECTION, at=at, who=who):
            case, told = world.open_case(Cause.WRONG_DIRECTION), quantity
            head = replace(head, kind="customer_return")
        world.move(key, -quantity, at=at, case=case)
        world.tell(replace(head, is_multiplied=is_multiplied), key, told, case=case)
        if case is None:
            self._maybe_return(key, quantity, head=head)
            if is_keyed and world.is_due(Cause.DOUBLE_ENTRY, at=at, who=who):
                twice = replace(head, document=world.number("T"), at=at + timedelta(minutes=9))
                world.tell(twice, key, told, case=world.open_case(Cause.DOUBLE_ENTRY))
        if world.is_due(Cause.REFUND_WITHOUT_GOODS, at=at, who=who):
            self._refund_nothing(key, at=at, actor=head.actor, ticket=head.document)

    def _mix_up(self, key: Key, quantity: int, *, head: Head, who: tuple[str, ...]) -> bool:
        """Scan one variant for another, as long as a cashier takes them for the same."""
        world, at = self.world, head.at
        mixing = self.mixing.get((key.site, key.sku))
        if mixing is None:
            others = [
                Key(site=key.site, sku=sku)
                for sku in world.list_alike(key.sku)
                if world.shelf[Key(site=key.site, sku=sku)] > 0
            ]
            if not others or not world.is_due(Cause.SKU_MIXUP, at=at, who=who):
                return False
            other = world.rng.choice(others)
            mixing = (other, world.open_case(Cause.SKU_MIXUP), world.rng.choice((1, 1, 2, 3, 5)))
        other, case, left = mixing
        self.mixing[key.site, key.sku] = (other, case, left - 1)
        if left <= 1:
            del self.mixing[key.site, key.sku]
        taken = min(quantity, world.shelf[other])
        if taken:
            world.move(other, -taken, at=at, case=case)
        if quantity > taken:
            world.move(key, taken - quantity, at=at, case=case)
        world.tell(replace(head, is_multiplied=quantity > 1), key, -quantity, case=case)
        return True

    def _maybe_return(self, key: Key, quantity: int, *, head: Head) -> None:
        world, rng = self.world, self.world.rng
        if rng.random() < world.dials.returns[world.items[key.sku].goods.category]:
            some = rng.randint(1, quantity)
            at = head.at + timedelta(days=rng.uniform(0.1, 12))
            self.agenda.put(at, partial(self.take_back, key, some, ticket=head.document))

    def take_back(self, key: Key, quantity: int, *, ticket: str, at: datetime) -> None:
        """Take goods back from a customer."""
        world, rng = self.world, self.world.rng
        is_keyed = rng.random() < 0.15
        paper = ticket if rng.random() < 0.85 else ""
        head = self.head(key, at=at, kind="customer_return", is_keyed=is_keyed, paper=paper)
        who = (head.actor, key.site)
        case, told, onto = None, quantity, key
        alike = world.list_alike(key.sku)
        if world.is_due(Cause.UNRECORDED_RETURN, at=at, who=who):
            world.move(key, quantity, at=at, case=world.open_case(Cause.UNRECORDED_RETURN))
            world.expect("return", world.number("CLAIM"), key, quantity, at=at)
            return
        if rng.random() < 0.5 and world.is_due(Cause.WRONG_DIRECTION, at=at, who=who):
            case, told = world.open_case(Cause.WRONG_DIRECTION), -quantity
            head = replace(head, kind="sales_issue", mode="key", told_mode=head.told_mode and "key")
        elif is_keyed and world.is_due(Cause.MISKEY, at=at, who=who):
            case, told = world.open_case(Cause.MISKEY), mistype(rng, quantity)
        elif alike and rng.random() < 0.3 and world.is_due(Cause.SKU_MIXUP, at=at, who=who):
            case, onto = world.open_case(Cause.SKU_MIXUP), replace(key, sku=rng.choice(alike))
        world.move(onto, quantity, at=at, case=case)
        world.tell(head, key, told, case=case)

    def _refund_nothing(self, key: Key, *, at: datetime, actor: str, ticket: str) -> None:
        """Pay out for goods that never came back."""
        world, rng = self.world, self.world.rng
        paper = ticket if rng.random() < 0.2 else ""
        head = self.head(
            key, at=at, kind="customer_return", is_keyed=rng.random() < 0.5, paper=paper
        )
        head = replace(head, actor=actor)
        world.tell(
            head, key, rng.choice((1, 2, 2, 3, 4)), case=world.open_case(Cause.REFUND_WITHOUT_GOODS)
        )

    def hand_over(self, key: Key, asked: int, *, at: datetime) -> None:
        """Hand an order over that was placed online."""
        world = self.world
        quantity = min(asked, world.shelf[key])
        if quantity <= 0:
            return
        order = world.number("O")
        if world.is_due(Cause.UNRECORDED_HANDOVER, at=at, who=(key.site,)):
            case = world.open_case(Cause.UNRECORDED_HANDOVER)
            world.move(key, -quantity, at=at, case=case)
            world.expect("handover", order, key, -quantity, at=at)
            return
        if world.rng.random() < 0.02 * world.dials.decoys:
            # Given up at the counter and put back, and the order hub was not told.
            world.expect("handover", order, key, -quantity, at=at)
            return
        head = self.head(key, at=at, kind="sales_issue", is_keyed=False, paper=order)
        world.move(key, -quantity, at=at)
        world.tell(head, key, -quantity)

    def sell_set(self, site: str, goods: Goods, *, at: datetime) -> None:
        """Sell a set, taken from the parts on the shelf; the till should take it apart too."""
        world, rng = self.world, self.world.rng
        keys = {Key(site=site, sku=sku): many for sku, many in goods.components.items()}
        if any(world.shelf[key] < many for key, many in keys.items()):
            return
        parts = frozenset(goods.components)
        whole = self.whole.get((site, goods.sku))
        if whole is None and world.is_due(Cause.KIT_NOT_EXPLODED, at=at, who=(site,)):
            forgotten = parts if rng.random() < 0.6 else frozenset({rng.choice(sorted(parts))})
            until = at + timedelta(days=rng.uniform(3, 40))
            whole = (world.open_case(Cause.KIT_NOT_EXPLODED), until, forgotten)
            self.whole[site, goods.sku] = whole
        case, until, forgotten = whole or (None, at, frozenset())
        head = self.head(Key(site=site, sku=goods.sku), at=at, kind="sales_issue", is_keyed=False)
        world.tell(head, Key(site=site, sku=goods.sku), -1)
        for key, many in keys.items():
            is_forgotten = at <= until and key.sku in forgotten
            world.move(key, -many, at=at, case=case if is_forgotten else None)
            if not is_forgotten:
                world.tell(head, key, -many)

    def open_tester(self, key: Key, item: Item, *, at: datetime) -> None:
        """Open a tester, as every so many days, and write it down, mostly."""
        world, rng = self.world, self.world.rng
        self.agenda.put(
            at + timedelta(days=item.goods.sample_days, minutes=rng.randint(-200, 200)),
            partial(self.open_tester, key, item),
        )
        quantity = item.goods.sample_quantity
        if world.shelf[key] < quantity:
            return
        case, left = self.sloppy.get(key, (-1, 0))
        if left == 0 and world.is_due(Cause.UNRECORDED_USE, at=at, who=(key.site,)):
            case, left = world.open_case(Cause.UNRECORDED_USE), rng.choice((1, 2, 3, 4, 6, 9))
        if left:
            self.sloppy[key] = (case, left - 1)
            world.move(key, -quantity, at=at, case=case)
            return
        world.move(key, -quantity, at=at)
        world.tell(self._issue(key, at=at, kind="sample_issue"), key, -quantity)

    def _issue(self, key: Key, *, at: datetime, kind: str) -> Head:
        return self.world.head(kind, site=key.site, at=at, actor=f"{key.site} clerk", mode="key")

    def pass_date(self, key: Key, *, at: datetime) -> None:
        """Let goods go past their date: thrown away with a document, without, or not yet."""
        world, rng = self.world, self.world.rng
        there = world.shelf[key]
        if there < 2:
            return
        quantity = world.size(max(1, there // 2))
        # What the book believes of lots: some of them were sold under another date.
        believed = quantity + (world.size(3) if rng.random() < 0.2 else 0)
        if world.is_due(Cause.UNRECORDED_SCRAP, at=at, who=(key.site,)):
            world.move(key, -quantity, at=at, case=world.open_case(Cause.UNRECORDED_SCRAP))
            world.over[key].append((at, believed))
        elif rng.random() < 0.15 * world.dials.decoys:
            world.over[key].append((at, believed))
        else:
            world.move(key, -quantity, at=at)
            world.tell(self._issue(key, at=at, kind="scrap"), key, -quantity)

    def steal(self, site: str, *, at: datetime) -> None:
        """Let a thief empty a bay, or somebody of the house take a piece now and then."""
        world, rng = self.world, self.world.rng
        any_goods = rng.random() < world.dials.no_trace
        keys = [
            key
            for item in world.items.values()
            if (item.goods.is_hot or any_goods)
            and world.shelf[key := Key(site=site, sku=item.sku)] >= 3
        ]
        if not keys or not world.is_due(Cause.THEFT, at=at, who=(site,)):
            return
        case = world.open_case(Cause.THEFT)
        first = rng.choice(keys)
        if rng.random() < 0.4:
            self._take_some(first, case, rng.randint(3, 9), at=at)
            return
        family = world.items[first.sku].goods.family
        bay = [key for key in keys if world.items[key.sku].goods.family == family]
        taken = [first, *rng.sample(bay, min(len(bay), rng.choice((1, 1, 2, 3))))]
        # Each key once, in the order drawn: a set has another order in each process.
        for key in dict.fromkeys(taken):
            most = world.shelf[key]
            world.move(key, -rng.randint(3, max(3, min(most, 14))), at=at, case=case)

    def _take_some(self, key: Key, case: int, left: int, *, at: datetime) -> None:
        world, rng = self.world, self.world.rng
        if not left or world.shelf[key] == 0:
            return
        many = min(left, world.shelf[key], rng.choice((1, 1, 2)))
        world.move(key, -many, at=at, case=case)
        later = at + timedelta(days=rng.uniform(0.5, 4))
        self.agenda.put(later, partial(self._take_some, key, case, left - many))

    def drip(self, key: Key, *, at: datetime) -> None:
        """Lose a piece nobody knows of, now and then two or more."""
        world, rng = self.world, self.world.rng
        many = 1
        while rng.random() < world.dials.drip_more and many < 4:
            many += 1
        many = min(many, world.shelf[key])
        if many:
            world.move(key, -many, at=at, case=LOSS)


#: The case of a small loss, which is none.
LOSS = -1


def draw_poisson(rng: Random, mean: float) -> int:
    """Draw how often something rare happens."""
    bound, count, product = math.exp(-min(mean, 500)), 0, rng.random()
    while product > bound:
        count += 1
        product *= rng.random()
    return count
