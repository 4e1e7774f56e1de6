"""
What happens and what is told of it: goods move first, lines are written second.

Nothing here writes a difference. A key differs because moves and lines of some affair do not
balance, and what a case did to a key is the sum of just that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.recon.fourth_chain.dials import Dials
from tests.recon.fourth_chain.goods import Item
from tests.recon.heldout import Case
from yipan.recon.rules import Cause, Expected, Goods, Key, Line

START = datetime(2027, 2, 1, tzinfo=UTC)
PREFIXES = {
    "goods_receipt": "GR",
    "transfer_receipt": "TR",
    "transfer_shipment": "TS",
    "sales_issue": "T",
    "customer_return": "T",
    "sample_issue": "I",
    "scrap": "I",
    "bin_move": "BM",
}
WAREHOUSES = ("W1", "W2")
STORES = tuple(f"F{number:02}" for number in range(1, 13))


@dataclass(frozen=True, slots=True)
class Move:
    """Goods that truly came to a key, or left it (below zero), and the case it belongs to."""

    at: datetime
    quantity: int
    case: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """What the lines of one document share, as far as it is told."""

    document: str
    kind: str
    at: datetime
    recorded_at: datetime
    actor: str
    #: How it was captured in truth; `told_mode` is what the device says of it.
    mode: str
    told_mode: str = ""
    counterpart: str = ""
    partner: str = ""
    is_verified: bool = False
    tells_quantity: bool = True
    tells_expected: bool = True
    is_multiplied: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Consignment:
    """What was sent to a key and when it comes: until then another system knows of it alone."""

    document: str
    key: Key
    quantity: int
    sent_at: datetime
    comes_at: datetime


@dataclass(slots=True)
class World:
    """A retailer over some weeks. `shelf` and `book` are as of the moment the story is at."""

    rng: Random
    dials: Dials
    items: dict[str, Item]
    sets: list[Goods]
    shelf: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))
    book: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))
    opening: dict[Key, int] = field(default_factory=dict)
    moves: defaultdict[Key, list[Move]] = field(default_factory=lambda: defaultdict(list))
    lines: defaultdict[Key, list[tuple[Line, int | None]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    sent: list[Consignment] = field(default_factory=list)
    papers: list[Expected] = field(default_factory=list)
    #: Pieces past their date that no document scrapped, by key: when, and how many.
    over: defaultdict[Key, list[tuple[datetime, int]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    causes: list[Cause] = field(default_factory=list)
    due: dict[Cause, list[datetime]] = field(default_factory=dict)
    stick: dict[Cause, frozenset[str]] = field(default_factory=dict)
    silent: dict[str, frozenset[str]] = field(default_factory=dict)
    counts: dict[str, datetime] = field(default_factory=dict)
    offline: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    bins: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    cases: list[Case] = field(default_factory=list)
    losses: defaultdict[Key, int] = field(default_factory=lambda: defaultdict(int))
    serial: int = 0

    def number(self, prefix: str) -> str:
        """Return the number of a new paper."""
        self.serial += 1
        return f"{prefix}{self.serial:06}"

    def open_case(self, cause: Cause) -> int:
        """Return a new case; what it does to keys follows from what moves and is told."""
        self.causes.append(cause)
        return len(self.causes) - 1

    def is_due(self, cause: Cause, *, at: datetime, who: Collection[str] = ()) -> bool:
        """Say whether a fault of a kind happens now, at an occasion for it."""
        waiting = self.due.get(cause)
        if not waiting or waiting[-1] > at or self.rng.random() > 0.3:
            return False
        wanted = self.stick.get(cause)
        if wanted and not wanted & set(who) and self.rng.random() > 0.15:
            return False
        waiting.pop()
        return True

    def size(self, most: int) -> int:
        """Return how many pieces a fault is about: mostly 1 to 5, sometimes any number."""
        if most > 5 and self.rng.random() < self.dials.large:
            return self.rng.randint(5, most)
        return max(1, min(most, self.rng.choice((1, 1, 2, 2, 3, 3, 4, 5))))

    def move(self, key: Key, quantity: int, *, at: datetime, case: int | None = None) -> None:
        """Let goods come to a key, or leave it; of none, nothing."""
        if not quantity:
            return
        self.moves[key].append(Move(at, quantity, case))
        self.shelf[key] += quantity

    def head(
        self,
        kind: str,
        *,
        site: str,
        at: datetime,
        actor: str,
        mode: str,
        counterpart: str = "",
    ) -> Head:
        """Begin a document: devices and people tell as much of it as they do here."""
        rng, dials = self.rng, self.dials
        place = "till" if kind in ("sales_issue", "customer_return") else "dock"
        is_told = bool(counterpart) and rng.random() >= dials.no_counterpart
        lag = rng.randrange(8) if place == "till" else rng.randrange(5, 90)
        return Head(
            document=self.number(PREFIXES[kind]),
            kind=kind,
            at=at,
            recorded_at=at + timedelta(minutes=lag),
            actor=actor,
            mode=mode,
            told_mode="" if site in self.silent[place] else mode,
            counterpart=counterpart if is_told else "",
            tells_quantity=is_told and rng.random() >= dials.no_counterpart_quantity,
            tells_expected=rng.random() >= dials.no_expected,
        )

    def tell(
        self,
        head: Head,
        key: Key,
        quantity: int,
        *,
        case: int | None = None,
        expected: int | None = None,
        noted: int | None = None,
    ) -> None:
        """Write a line of a document. `noted` is what the other side's paper says of it."""
        if not quantity:
            return
        line = Line(
            document=head.document,
            kind=head.kind,
            key=key,
            quantity=quantity,
            occurred_at=head.at,
            recorded_at=head.recorded_at,
            mode=head.told_mode,
            quantity_expected=expected if head.tells_expected else None,
            counterpart=head.counterpart,
            counterpart_quantity=noted if head.tells_quantity else None,
            counterpart_verified=head.is_verified and head.tells_quantity,
            partner=head.partner,
            actor=head.actor,
            uses_multiplier=head.is_multiplied,
        )
        self.lines[key].append((line, case))
        self.book[key] += quantity

    def expect(self, kind: str, document: str, key: Key, quantity: int, *, at: datetime) -> None:
        """Let another system know of something, unless nobody ever told it."""
        if self.rng.random() >= self.dials.no_paper:
            self.papers.append(
                Expected(kind=kind, document=document, key=key, quantity=quantity, at=at)
            )

    def delay(self, head: Head, *, until: datetime) -> Head:
        """Return a document that is only entered later."""
        return replace(head, recorded_at=until)

    def pick_bin(self, warehouse: str, sku: str) -> Key:
        """Return the bin goods are picked from."""
        return Key(site=warehouse, sku=sku, place=self.bins[warehouse, sku][0])

    def reserve_bin(self, warehouse: str, sku: str) -> Key:
        """Return the bin goods are put away in."""
        return Key(site=warehouse, sku=sku, place=self.bins[warehouse, sku][1])

    def list_alike(self, sku: str) -> list[str]:
        """Return other goods of the same family."""
        family = self.items[sku].goods.family
        return [
            item.sku
            for item in self.items.values()
            if item.goods.family == family and item.sku != sku
        ]

    def choose(self, options: Iterable[str]) -> str:
        """Draw one, in a steady order."""
        return self.rng.choice(sorted(options))
