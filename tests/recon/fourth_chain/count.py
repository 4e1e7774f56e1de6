"""The count of a retailer: what people see and write down, and what is known of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.recon.fourth_chain.life import live
from tests.recon.fourth_chain.shop import LOSS
from tests.recon.fourth_chain.world import START, World
from tests.recon.heldout import Case
from yipan.recon.rules import Cause, Difference, Evidence, Expected, Goods, Key, Line, Round
from yipan.recon.rules.weights import name_group


@dataclass(slots=True)
class Sheet:
    """Keys that one person counts, from when on; book and shelf agreed last at `since`."""

    counter: str
    since: datetime
    starts_at: datetime
    is_blind: bool
    recounts: bool
    #: The case of a sheet on which the book was written down; below zero: it was counted.
    copied: int = -1

    @property
    def is_copied(self) -> bool:
        """Return whether nobody counted."""
        return self.copied >= 0


@dataclass(slots=True)
class Look:
    """One key as it was counted: the shelf, the book, and errors of counting by their case."""

    key: Key
    sheet: Sheet
    counted_at: datetime
    shelf: int = 0
    book: int = 0
    errors: dict[int, int] = field(default_factory=dict)
    #: Errors the next person makes again.
    lasting: int = 0
    expected: list[Expected] = field(default_factory=list)

    @property
    def quantity(self) -> int:
        """Return what the count leaves unexplained."""
        return 0 if self.sheet.is_copied else self.shelf + sum(self.errors.values()) - self.book


def make(seed: int, *, drip_factor: int = 1, share: float = 1.0) -> tuple[World, Evidence]:
    """Return a retailer after its count, and what it knows. `share` makes its range smaller."""
    world = live(seed, drip_factor=drip_factor, share=share)
    looks = _look_at_all(world)
    _slip(world, looks, share=share)
    _settle(world, looks)
    return world, _gather(world, looks)


def _look_at_all(world: World) -> dict[Key, Look]:
    """Let every key be counted where something is, was, or should be."""
    rng, dials = world.rng, world.dials
    keys = sorted({*world.opening, *world.moves, *(k for k in world.lines if k.sku in world.items)})
    recounting = {site for site in world.counts if rng.random() < dials.recounts}
    sheets: dict[tuple[str, str], Sheet] = {}
    looks = {}
    for key in keys:
        category = world.items[key.sku].goods.category
        name = (key.site, category)
        if name not in sheets:
            early = timedelta(days=rng.randint(1, 5)) if rng.random() < dials.cycle / 2 else None
            middle = timedelta(days=dials.days * rng.uniform(0.2, 0.6))
            sheets[name] = Sheet(
                counter=f"{key.site} counter {rng.randrange(4)}",
                since=START + (middle if rng.random() < dials.middle else timedelta()),
                starts_at=world.counts[key.site] - (early or timedelta()),
                is_blind=rng.random() < dials.blind,
                recounts=key.site in recounting,
            )
        sheet = sheets[name]
        at = sheet.starts_at + timedelta(seconds=rng.randrange(5 * 3600))
        looks[key] = Look(key=key, sheet=sheet, counted_at=at)
        _weigh_up(world, looks[key])
    return looks


def _weigh_up(world: World, look: Look) -> None:
    """Say what stands on the shelf, and what the book knows, at the moment of the count."""
    key, since, at = look.key, look.sheet.since, look.counted_at
    moves = world.moves[key]
    before = world.opening.get(key, 0) + sum(m.quantity for m in moves if m.at <= since)
    look.shelf = before + sum(m.quantity for m in moves if since < m.at <= at)
    look.book = before + sum(
        line.quantity
        for line, _ in world.lines[key]
        if since < line.occurred_at <= at and line.recorded_at <= at
    )


def _slip(world: World, looks: dict[Key, Look], *, share: float) -> None:
    """Let counters err."""
    rng, cases = world.rng, world.dials.cases
    filled = [look for look in looks.values() if look.shelf > 0]
    proved = [look for look in filled if look.sheet.recounts] or filled
    many = {cause: round(number * share) for cause, number in cases.items()}
    for _ in range(many[Cause.MISCOUNT]):
        chosen = rng.choice(filled if rng.random() < world.dials.no_trace else proved)
        _miscount(world, chosen, looks)
    for _ in range(many[Cause.DOUBLE_COUNTED_AREA]):
        look = rng.choice(filled)
        area = world.size(look.shelf)
        look.errors[world.open_case(Cause.DOUBLE_COUNTED_AREA)] = area
        look.lasting += area if rng.random() < 0.6 else 0
        _know(world, look, "area", area)
    for _ in range(many[Cause.FOREIGN_STOCK_COUNTED]):
        look, foreign = rng.choice(filled), world.size(15)
        look.errors[world.open_case(Cause.FOREIGN_STOCK_COUNTED)] = foreign
        look.lasting += foreign if rng.random() < 0.75 else 0
        _know(world, look, "foreign", foreign)
    for kind, cause, part in (
        ("foreign", Cause.FOREIGN_STOCK_COUNTED, 1.0),
        ("area", Cause.DOUBLE_COUNTED_AREA, 0.3),
    ):
        # Goods of others, and areas on two sheets, that were rightly left out.
        for _ in range(round(many[cause] * world.dials.decoys * part)):
            look = rng.choice(filled)
            _know(world, look, kind, world.size(15 if kind == "foreign" else look.shelf))
    for _ in range(many[Cause.BOOK_COPIED]):
        _copy(world, looks)


def _know(world: World, look: Look, kind: str, quantity: int) -> None:
    if world.rng.random() >= world.dials.no_paper:
        at = look.counted_at - timedelta(hours=world.rng.uniform(0.1, 20))
        number = world.number(kind.upper())
        look.expected.append(
            Expected(kind=kind, document=number, key=look.key, quantity=quantity, at=at)
        )


def _miscount(world: World, look: Look, looks: dict[Key, Look]) -> None:
    rng, there = world.rng, look.shelf
    pack = world.items[look.key.sku].pack
    alike = [
        other
        for sku in world.list_alike(look.key.sku)
        if (other := looks.get(Key(site=look.key.site, sku=sku))) is not None and other.shelf > 0
    ]
    case = world.open_case(Cause.MISCOUNT)
    kind = rng.choices(("few", "box", "missed", "typed", "alike"), (6, 2, 2, 1, 2))[0]
    slip = rng.choice((-3, -2, -2, -1, 1, 2, 2, 3))
    if kind == "box":
        slip = rng.choice((-pack, pack))
    elif kind == "missed":
        slip = -there if rng.random() < 0.5 else -rng.randint(1, there)
    elif kind == "typed":
        slip = 9 * there if there < 10 else int(str(there)[::-1]) - there
    elif kind == "alike" and alike and look.sheet.recounts:
        other = rng.choice(alike)
        slip = -world.size(there)
        other.errors[case] = other.errors.get(case, 0) - slip
    look.errors[case] = look.errors.get(case, 0) + max(slip, -there)


def _copy(world: World, looks: dict[Key, Look]) -> None:
    """Let somebody write down the book of a few shelves instead of counting."""
    rng = world.rng
    first = rng.choice(list(looks.values()))
    family = {first.key.sku, *world.list_alike(first.key.sku)}
    some = [look for look in looks.values() if look.key.site == first.key.site]
    some = [look for look in some if look.key.sku in family][:4]
    case = world.open_case(Cause.BOOK_COPIED)
    for look in some:
        look.sheet = replace(look.sheet, is_blind=False, recounts=False, copied=case)


def add_up(world: World, look: Look) -> tuple[Counter[int | None], Counter[str]]:
    """Return by case, and by late document, what each did to what a count sees."""
    by_case: Counter[int | None] = Counter()
    late: Counter[str] = Counter()
    since, at = look.sheet.since, look.counted_at
    for move in world.moves[look.key]:
        if since < move.at <= at:
            by_case[move.case] += move.quantity
    for line, case in world.lines[look.key]:
        if since < line.occurred_at <= at:
            by_case[case] -= line.quantity
            if line.recorded_at > at:
                late[line.document] += line.quantity
    for case, quantity in look.errors.items():
        by_case[case] += quantity
    return by_case, late


def _settle(world: World, looks: dict[Key, Look]) -> None:
    """Note the truth: by how much each case, late document and small loss moved each key."""
    deltas: defaultdict[int, dict[Key, int]] = defaultdict(dict)
    documents: defaultdict[str, dict[Key, int]] = defaultdict(dict)
    for key, look in looks.items():
        if look.sheet.is_copied:
            # Whatever happened there, nobody looked.
            deltas[look.sheet.copied][key] = 0
            continue
        by_case, late = add_up(world, look)
        assert by_case.total() + late.total() == look.quantity
        # What belongs to no case moves and is told alike.
        assert by_case.pop(None, 0) == 0
        world.losses[key] = by_case.pop(LOSS, 0)
        for case, quantity in by_case.items():
            if quantity and case is not None:
                deltas[case][key] = quantity
        for document, quantity in late.items():
            documents[document][key] = quantity
    world.cases = [
        *(Case(world.causes[case], keys) for case, keys in sorted(deltas.items())),
        *(Case(Cause.LATE_DOCUMENT, keys) for keys in documents.values()),
    ]


def _gather(world: World, looks: dict[Key, Look]) -> Evidence:
    differing = {key: look for key, look in looks.items() if look.quantity or look.sheet.is_copied}
    opened = looks if world.dials.opens_all else differing
    lines = {key: _list_lines(world, look) for key, look in opened.items()}
    # Sets are not counted; what was sold of them at a site is known until its last count.
    last: dict[str, datetime] = {}
    for key, look in looks.items():
        last[key.site] = max(last.get(key.site, START), look.counted_at)
    for key, told in world.lines.items():
        if key.sku not in world.items:
            lines[key] = [line for line, _ in told if line.occurred_at <= last[key.site]]
    goods: dict[str, Goods] = {sku: item.goods for sku, item in world.items.items()}
    return Evidence(
        differences=[_describe(world, look) for look in differing.values()],
        lines=lines,
        expected=_list_expected(world, opened),
        goods=goods | {each.sku: each for each in world.sets},
        counted=Counter(name_group(goods[key.sku]) for key in looks),
    )


def _list_lines(world: World, look: Look) -> list[Line]:
    told = [line for line, _ in world.lines[look.key]]
    return sorted(
        (x for x in told if look.sheet.since < x.occurred_at <= look.counted_at),
        key=lambda line: (line.occurred_at, line.document),
    )


def _list_expected(world: World, looks: dict[Key, Look]) -> dict[Key, list[Expected]]:
    """Return what other systems know of: what went wrong there, and what is still on its way."""
    found: dict[Key, list[Expected]] = {}
    known = [(each, None) for each in world.papers]
    coming = [
        (
            Expected(
                kind="receipt",
                document=each.document,
                key=each.key,
                quantity=each.quantity,
                at=each.sent_at,
            ),
            each.comes_at,
        )
        for each in world.sent
    ]
    for paper, comes_at in (*known, *coming):
        look = looks.get(paper.key)
        if look is None or not look.sheet.since < paper.at <= look.counted_at:
            continue
        if comes_at is None or comes_at > look.counted_at:
            found.setdefault(paper.key, []).append(paper)
    for key, look in looks.items():
        if look.expected:
            found.setdefault(key, []).extend(look.expected)
    return found


def _describe(world: World, look: Look) -> Difference:
    rng, dials = world.rng, world.dials
    over = sum(
        quantity
        for at, quantity in world.over[look.key]
        if look.sheet.since < at <= look.counted_at
    )
    rounds: list[Round] = []
    if look.sheet.recounts and abs(look.quantity) >= dials.tolerance:
        true = look.shelf + look.lasting - look.book
        for number in range(2 if rng.random() < dials.third_round else 1):
            slip = rng.choice((-1, 1)) if rng.random() < dials.second_slip else 0
            rounds.append(
                Round(
                    quantity=true + slip,
                    counter=f"{look.key.site} controller {number}",
                    is_blind=rng.random() < 0.9,
                )
            )
    return Difference(
        key=look.key,
        quantity=look.quantity,
        since=look.sheet.since,
        counted_at=look.counted_at,
        stock=look.book,
        expired=0 if rng.random() < dials.no_paper else max(0, min(over, look.book)),
        counter=look.sheet.counter,
        is_blind=look.sheet.is_blind,
        was_copied=look.sheet.is_copied,
        rounds=tuple(rounds),
    )
