"""
Goal: every message that was lost, late, doubled, altered or stuck is found and named, every stale
snapshot and every restored till, and nothing else.

Method: a thousand faults are put into the log of the hub, at most one for a message, in an order
that is shuffled, which is no fault; the finder sees the two logs alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from yipan.recon.rules.interfaces import Healing, InterfaceCause, Log, Moved, Told, compare_logs
from yipan.recon.rules.values import Key

START = datetime(2026, 11, 2, 8, tzinfo=UTC)
NOW = START + timedelta(days=3)
SOURCES = [f"till:S{store}-1/stock" for store in range(10, 20)]
MESSAGES_EACH = 300
FAULTS = 1_000
#: Beside the messages of other tills: set back to an old copy, offline since some hours.
RESTORED = ("till:S20-1/stock", "till:S21-1/stock")
LATE = ("till:S30-1/stock", "till:S31-1/stock")
TOLD_EACH, SET_BACK_TO, ON_THE_WAY = 60, 40, 15
SNAPSHOTS, STALE = 80, 40
#: Faults to one message each; with the others they are a thousand.
SINGLE = FAULTS - STALE - len(RESTORED) * (TOLD_EACH - SET_BACK_TO) - len(LATE) * ON_THE_WAY
Done = Counter[tuple[InterfaceCause, str, int]]


def tell(source: str, sequence: int, *, chance: Random) -> Told:
    """Return a message of a till: some goods, now and then a gift."""
    site = source.partition(":")[2].partition("-")[0]
    skus = chance.sample(range(400), chance.randint(1, 4))
    moves = tuple(
        Moved(
            key=Key(site=site, sku=f"SKU-{sku}"),
            quantity=-chance.randint(1, 6),
            line_kind="gift" if at and chance.random() < 0.1 else "normal",
        )
        for at, sku in enumerate(skus)
    )
    return Told(
        source=source,
        epoch=1,
        sequence=sequence,
        content_hash=f"{source}-{sequence}",
        document=f"{site}-{sequence:06}",
        at=START + timedelta(minutes=sequence),
        moves=moves,
    )


def alter(told: Told, moves: tuple[Moved, ...]) -> Told:
    return replace(told, moves=moves, content_hash=f"{told.content_hash}-altered")


def multiply(told: Told) -> Told:
    first, *others = told.moves
    return alter(told, (replace(first, quantity=first.quantity * 12), *others))


def turn(told: Told) -> Told:
    return alter(told, tuple(replace(move, quantity=-move.quantity) for move in told.moves))


def misread(told: Told) -> Told:
    first, *others = told.moves
    wrong = replace(first.key, sku=f"{first.key.sku}-X")
    return alter(told, (replace(first, key=wrong), *others))


def restate(told: Told) -> Told:
    first, *others = told.moves
    return alter(told, (replace(first, status="damaged"), *others))


def forget_line(told: Told) -> Told:
    return alter(told, told.moves[1:])


def forget_gifts(told: Told) -> Told:
    return alter(told, tuple(move for move in told.moves if move.line_kind != "gift"))


ALTERED: dict[InterfaceCause, Callable[[Told], Told]] = {
    InterfaceCause.PAYLOAD_MISMATCH: multiply,
    InterfaceCause.WRONG_SIGN_MAPPING: turn,
    InterfaceCause.WRONG_KEY_MAPPING: misread,
    InterfaceCause.STATE_MISMATCH: restate,
    InterfaceCause.PARTLY_APPLIED: forget_line,
    InterfaceCause.SPECIAL_GOODS_MISMATCH: forget_gifts,
}
BY_IDENTITY = (
    InterfaceCause.LOST_MESSAGE,
    InterfaceCause.DUPLICATE_MESSAGE,
    InterfaceCause.STUCK_MESSAGE,
    InterfaceCause.CLONED_DEVICE,
)


def may_suffer(told: Told, cause: InterfaceCause) -> bool:
    """Say whether a fault can be done to a message so that it differs from other faults."""
    gifts = sum(move.line_kind == "gift" for move in told.moves)
    if cause is InterfaceCause.SPECIAL_GOODS_MISMATCH:
        return gifts > 0
    if cause in ALTERED:
        return gifts == 0 and len(told.moves) > 1
    return True


def restore(chance: Random, *, done: Done) -> tuple[list[Told], list[Told]]:
    """Return what tills sent that were set back to number 40 after 60, and what was booked."""
    sent, booked = [], []
    for source in RESTORED:
        before = [tell(source, number, chance=chance) for number in range(1, TOLD_EACH + 1)]
        again = [
            replace(
                alter(told, tell(source, 0, chance=chance).moves),
                at=told.at + timedelta(hours=5),
            )
            for told in before[SET_BACK_TO:]
        ]
        sent += [*before, *again]
        booked += before
        done.update((InterfaceCause.RESTORED_DEVICE, source, told.sequence) for told in again)
    return sent, booked


def delay(chance: Random, *, done: Done) -> tuple[list[Told], list[Told]]:
    """Return what tills sent that went offline, and what was booked of it."""
    sent, booked = [], []
    for source in LATE:
        told = [tell(source, number, chance=chance) for number in range(1, TOLD_EACH + 1)]
        sent += told
        booked += told[:-ON_THE_WAY]
        done.update(
            (InterfaceCause.DELAYED_MESSAGE, source, each.sequence) for each in told[-ON_THE_WAY:]
        )
    return sent, booked


def take_snapshots(sent: list[Told], *, chance: Random, done: Done) -> list[tuple[Told, int]]:
    """Return absolute figures that overwrote the book: half of them older than the book."""
    found = []
    for number, told in enumerate(chance.sample(sent, SNAPSHOTS)):
        is_stale = number < STALE
        snapshot = replace(told, document=f"SNAP-{number}")
        found.append((snapshot, told.sequence + (chance.randint(1, 9) if is_stale else 0)))
        if is_stale:
            done[InterfaceCause.STALE_SNAPSHOT, told.source, told.sequence] += 1
    return found


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_faults_are_all_found_and_named_and_no_other(seed: int) -> None:
    chance = Random(seed)
    sent = [
        tell(source, number, chance=chance)
        for source in SOURCES
        for number in range(1, MESSAGES_EACH + 1)
    ]
    # The last of each source stays as it is: what is missing at the end is on its way.
    victims = [told for told in sent if told.sequence < MESSAGES_EACH]
    chance.shuffle(victims)
    booked = {told.identity: [told] for told in sent}
    waiting: set[tuple[str, int, int]] = set()
    cloned: list[Told] = []
    done: Done = Counter()
    causes = [*BY_IDENTITY, *ALTERED]
    for told in victims[:SINGLE]:
        cause = chance.choice([each for each in causes if may_suffer(told, each)])
        if cause is InterfaceCause.LOST_MESSAGE:
            booked[told.identity] = []
        elif cause is InterfaceCause.DUPLICATE_MESSAGE:
            booked[told.identity] = [told, told]
        elif cause is InterfaceCause.STUCK_MESSAGE:
            booked[told.identity] = []
            waiting.add(told.identity)
        elif cause is InterfaceCause.CLONED_DEVICE:
            cloned.append(alter(told, tell(told.source, 0, chance=chance).moves))
        else:
            booked[told.identity] = [ALTERED[cause](told)]
        done[cause, told.source, told.sequence] += 1
    snapshots = take_snapshots(sent, chance=chance, done=done)
    back, back_booked = restore(chance, done=done)
    late, late_booked = delay(chance, done=done)
    log = [told for tellings in booked.values() for told in tellings] + back_booked + late_booked
    chance.shuffle(log)
    everything = [*sent, *cloned, *back, *late]
    chance.shuffle(everything)

    found = compare_logs(
        sent=everything,
        hub=Log(booked=log, waiting=frozenset(waiting), snapshots=snapshots),
        now=NOW,
    )

    sources = {told.document: told.source for told in everything}
    sources |= {snapshot.document: snapshot.source for snapshot, _ in snapshots}
    named = Counter((each.cause, sources[each.documents[0]], each.sequence) for each in found)
    assert sum(done.values()) == FAULTS
    assert len({cause for cause, _, _ in done}) == len(InterfaceCause) - 1
    assert named == done


def test_a_till_set_back_lacks_in_the_hub_what_it_told_the_second_time() -> None:
    first = tell(RESTORED[0], 3, chance=Random(1))
    after = tell(RESTORED[0], 4, chance=Random(2))
    again = replace(alter(first, after.moves), at=after.at + timedelta(hours=1))

    [finding] = compare_logs(sent=[first, after, again], hub=Log(booked=[first, after]), now=NOW)

    assert finding.cause is InterfaceCause.RESTORED_DEVICE
    assert finding.healing is Healing.NEW_EPOCH
    assert dict(finding.differences) == {move.key: -move.quantity for move in again.moves}


def test_what_is_missing_at_the_end_is_on_its_way_until_the_day_is_closed() -> None:
    chance = Random(1)
    sent = [tell(SOURCES[0], number, chance=chance) for number in (1, 2, 3)]
    hub = Log(booked=sent[:2])

    [late] = compare_logs(sent=sent, hub=hub, now=NOW)
    [lost] = compare_logs(sent=sent, hub=hub, now=NOW, is_day_closed=True)
    fresh = compare_logs(sent=sent, hub=hub, now=sent[2].at + timedelta(minutes=5))

    assert (late.cause, lost.cause) == (InterfaceCause.DELAYED_MESSAGE, InterfaceCause.LOST_MESSAGE)
    assert fresh == []


def test_what_only_the_hub_booked_is_asked_of_the_site() -> None:
    ghost = tell(SOURCES[0], 9, chance=Random(1))

    [finding] = compare_logs(sent=[], hub=Log(booked=[ghost]), now=NOW)

    assert finding.cause is InterfaceCause.HUB_ONLY_POSTING
    assert dict(finding.differences) == {move.key: move.quantity for move in ghost.moves}


def test_a_snapshot_that_speaks_of_less_than_was_applied_is_stale() -> None:
    chance = Random(1)
    key = Key(site="S10", sku="SKU-1")
    sent = [
        replace(tell(SOURCES[0], number, chance=chance), moves=(Moved(key=key, quantity=-number),))
        for number in (1, 2, 3, 4)
    ]
    snapshot = replace(sent[1], document="SNAP-1", moves=(Moved(key=key, quantity=97),))

    [finding] = compare_logs(sent=sent, hub=Log(booked=sent, snapshots=[(snapshot, 4)]), now=NOW)

    assert finding.cause is InterfaceCause.STALE_SNAPSHOT
    assert dict(finding.differences) == {key: 7}
