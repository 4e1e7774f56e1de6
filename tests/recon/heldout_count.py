"""The full count of a held-out chain, and all that the system knows when it is done."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from random import Random

from tests.recon.heldout import START, World, live
from tests.recon.heldout_causes import CAUSES, drip, mistype
from yipan.recon.rules import Difference, Evidence, Expected, Key, Line, Round
from yipan.recon.rules.weights import name_group

#: Small losses of a key in 28 days: one key in 25 or so differs by them.
LOW_DRIP = 0.038
#: How often a column of evidence was not noted down.
FORGOTTEN = 0.1


def make(seed: int, *, drip_factor: int = 1) -> tuple[World, Evidence]:
    """Return a chain in which every cause happened some eight times, and what its count shows."""
    world = live(seed)
    tasks = [cause for cause in CAUSES for _ in range(world.rng.randint(6, 10))]
    world.rng.shuffle(tasks)
    for go_wrong in tasks:
        go_wrong(world)
    drip(world, mean=LOW_DRIP * drip_factor)
    return world, count_all(world)


def slip(rng: Random, shelf: int) -> int:
    """Return by how much a counter is wrong who sees so many pieces."""
    stack = rng.randint(5, 20) * rng.choice((-1, 1))
    return rng.choice((mistype(rng, max(shelf, 1)) - shelf, max(stack, -shelf) or abs(stack)))


def forget(rng: Random, line: Line) -> Line:
    """Drop some columns of a line, as people and machines do."""
    if rng.random() < FORGOTTEN:
        line = replace(line, mode="")
    if rng.random() < FORGOTTEN:
        line = replace(line, quantity_expected=None)
    if rng.random() < FORGOTTEN:
        line = replace(line, counterpart="", counterpart_quantity=None, counterpart_verified=False)
    return line


def keep_books(world: World) -> tuple[dict[Key, list[Line]], dict[Key, int], dict[Key, int]]:
    """Return the lines of each key, its book and its shelf at the moment it is counted."""
    lines: dict[Key, list[Line]] = defaultdict(list)
    book: dict[Key, int] = defaultdict(int, world.opening)
    shelf: dict[Key, int] = defaultdict(int, world.opening)
    for event in world.list_events():
        for line in event.lines:
            lines[line.key].append(forget(world.rng, line))
            counted_at = world.counted_at.get(line.key, START)
            if max(line.occurred_at, line.recorded_at) <= counted_at:
                book[line.key] += line.quantity
        for key, at, quantity in event.moves:
            if at <= world.counted_at[key]:
                shelf[key] += quantity
    return lines, book, shelf


def count_all(world: World) -> Evidence:
    """Count every key, nine in ten differences twice, and hand over what the system knows."""
    rng = world.rng
    lines, book, shelf = keep_books(world)
    differences = []
    for key, counted_at in world.counted_at.items():
        variance = shelf[key] - book[key]
        wrong = world.counted_wrong.get(key, 0)
        if key in world.slips:
            wrong = world.slips[key][key] = slip(rng, shelf[key])
        if variance + wrong == 0:
            continue
        # Foreign goods stand there for the second counter too; a slip of the first does not.
        again = Round(
            quantity=variance + (0 if key in world.slips else wrong),
            counter=f"{key.site}-n2",
        )
        differences.append(
            Difference(
                key=key, quantity=variance + wrong, since=START, counted_at=counted_at,
                stock=book[key], expired=world.expired.get(key, 0), counter=f"{key.site}-n1",
                rounds=(again,) if rng.random() > FORGOTTEN else (),
            )
        )  # fmt: skip
    expected: dict[Key, list[Expected]] = defaultdict(list)
    for item in world.expected:
        expected[item.key].append(item)
    counted = Counter(name_group(world.goods[key.sku]) for key in world.counted_at)
    return Evidence(
        differences=differences,
        lines=lines,
        expected=expected,
        goods=world.goods,
        counted=counted,
    )
