"""Makes the third chain: what is known goes to the engine, what happened stays in the world."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

from tests.recon.third_chain.clerks import Counted, Counting, find_late, plan_counts
from tests.recon.third_chain.flow import Chain, Happening, make_flow
from tests.recon.third_chain.mischief import Case, Mischief, Window, blank
from tests.recon.third_chain.papers import KINDS
from tests.recon.third_chain.trade import STORES, draw_poisson, make_range
from yipan.recon.rules import Cause, Evidence, Key, Line
from yipan.recon.rules.weights import name_group

SEEDS = (731, 733)
FAULTS = 215
#: How often the next thing goes wrong at the same site, or where something did already.
AGAIN, ON_TOUCHED = 0.2, 0.15


@dataclass(kw_only=True)
class World:
    """What happened. `losses` are pieces that vanished by key, in no case."""

    chain: Chain
    windows: dict[Key, Window]
    cases: list[Case]
    losses: dict[Key, int]
    counted: Counted


def make(seed: int, *, drip_factor: int) -> tuple[World, Evidence]:
    """Return the third chain as it is counted, and what its systems know of it."""
    rng = Random(seed)
    chain = make_flow(rng, make_range(rng))
    world = Mischief(chain, plan_counts(chain))
    _go_wrong(world)
    losses = _lose(world, Random(seed + drip_factor), drip_factor)
    world.cases += find_late(chain, world.windows)
    counted = Counting(chain, world, Random(seed + 17)).count_all()
    world.cases += counted.cases
    world.close()
    made = World(
        chain=chain, windows=world.windows, cases=world.cases, losses=losses, counted=counted
    )
    return made, _tell(made)


def _go_wrong(world: Mischief) -> None:
    """Let things go wrong in a mixture of its own, each kind three times at least."""
    rng = world.rng
    weights = {cause: weight * rng.gammavariate(3, 1 / 3) for cause, (_, weight) in KINDS.items()}
    queue = [cause for cause in KINDS for _ in range(3)]
    queue += rng.choices(list(weights), list(weights.values()), k=FAULTS - len(queue))
    rng.shuffle(queue)
    for cause in queue:
        if rng.random() >= AGAIN:
            world.site = ""
        world.is_on_touched = rng.random() < ON_TOUCHED
        for _ in range(12):
            if KINDS[cause][0](world):
                if rng.random() < AGAIN:
                    site = next(iter(world.cases[-1].happenings)).key.site
                    world.site = site if site in STORES else ""
                break
            world.site, world.is_on_touched = "", False


def _lose(world: Mischief, rng: Random, factor: int) -> dict[Key, int]:
    """Let pieces vanish one by one: more in some stores and trades, and in clumps."""
    lost: Counter[Key] = Counter()
    stores = {site: rng.gammavariate(4, 1 / 4) for site in (*STORES,)}
    for key, window in world.windows.items():
        days = (window.moment - window.since).total_seconds() / 86_400
        mean = world.chain.range.trade[key.sku].losses * days / 30 * factor
        mean *= stores.get(key.site, 0.25) * rng.gammavariate(0.9, 1 / 0.9)
        for _ in range(draw_poisson(rng, mean)):
            seconds = (window.moment - window.since) * rng.random()
            loss: Happening = blank(key, window.since + seconds)
            count = rng.choices((1, 2), (9, 1))[0]
            if world.find_slack(key, loss.at) >= count:
                loss.moved, loss.is_faulty = -count, True
                world.chain.shelf[key].append(loss)
                lost[key] -= count
    return dict(lost)


def _tell(world: World) -> Evidence:
    """Return what books, papers and master data say; nothing of what happened."""
    lines: dict[Key, list[Line]] = {}
    for key, happenings in world.chain.shelf.items():
        window = world.windows.get(key)
        known = [
            each.booked
            for each in happenings
            if each.booked
            and (window is None or window.since < each.booked.occurred_at <= window.stamped)
        ]
        lines[key] = sorted(known, key=lambda line: (line.occurred_at, line.document))
    goods = world.chain.range.goods
    return Evidence(
        differences=sorted(
            world.counted.differences,
            key=lambda each: (each.key.site, each.key.place, each.key.sku),
        ),
        lines=lines,
        expected={key: known for key, known in world.counted.expected.items() if known},
        goods=goods,
        counted=Counter(name_group(goods[key.sku]) for key in world.windows),
    )


def list_causes(world: World) -> Counter[Cause]:
    """Return how often each cause happened where a count could see it."""
    return Counter(case.cause for case in world.cases if case.deltas)
