"""
What happened to messages between two systems: proved, not guessed.

Two logs are laid side by side: what a source says it sent, and what the hub's book holds of it.
Identity decides (source, epoch, sequence), then the hash of the content; equal content behind two
numbers is two genuine tickets. Predictions are those of the handbook (differences, section 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from yipan.recon.rules.values import Key

#: A number that is missing below a higher one is in flight for so long.
GRACE = timedelta(minutes=15)
SPECIAL = frozenset({"gift", "sample", "promotion", "kit"})


class InterfaceCause(StrEnum):
    """Why two books differ that should hold the same documents."""

    LOST_MESSAGE = "lost_message"
    DUPLICATE_MESSAGE = "duplicate_message"
    DELAYED_MESSAGE = "delayed_message"
    STUCK_MESSAGE = "stuck_message"
    STALE_SNAPSHOT = "stale_snapshot"
    PAYLOAD_MISMATCH = "payload_mismatch"
    PARTLY_APPLIED = "partly_applied"
    WRONG_KEY_MAPPING = "wrong_key_mapping"
    WRONG_SIGN_MAPPING = "wrong_sign_mapping"
    STATE_MISMATCH = "state_mismatch"
    SPECIAL_GOODS_MISMATCH = "special_goods_mismatch"
    HUB_ONLY_POSTING = "hub_only_posting"
    CLONED_DEVICE = "cloned_device"
    RESTORED_DEVICE = "restored_device"


class Healing(StrEnum):
    """What puts it right."""

    WAIT = "wait"
    RESEND = "resend"
    RETRY = "retry"
    REVERSE = "reverse"
    REVERSE_AND_REPOST = "reverse_and_repost"
    STATUS_CHANGE = "status_change"
    RECOMPUTE = "recompute"
    NEW_EPOCH = "new_epoch"
    ASK_THE_SITE = "ask_the_site"


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """What one message moved of one key: signed, in smallest units, into one status."""

    key: Key
    quantity: int
    status: str = "available"
    line_kind: str = "normal"


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """One message in one of the logs: its identity, its content's hash, and what it moved."""

    source: str
    epoch: int
    sequence: int
    content_hash: str
    document: str
    at: datetime
    moves: tuple[Moved, ...]

    @property
    def identity(self) -> tuple[str, int, int]:
        """Return what no two messages share."""
        return self.source, self.epoch, self.sequence


@dataclass(frozen=True, kw_only=True, slots=True)
class Log:
    """
    What the hub holds of a source: booked messages, numbers that wait, snapshots that overwrote.

    `waiting` are numbers parked or behind a parked step. `snapshots` are absolute figures with
    the number they speak of; a figure below what was applied by then is stale.
    """

    booked: Sequence[Told]
    waiting: frozenset[tuple[str, int, int]] = frozenset()
    snapshots: Sequence[tuple[Told, int]] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InterfaceFinding:
    """A proved cause. `differences` is hub minus source, per key, as it stands in the books."""

    cause: InterfaceCause
    documents: tuple[str, ...]
    differences: Mapping[Key, int]
    healing: Healing
    sequence: int = 0


def compare_logs(
    *, sent: Sequence[Told], hub: Log, now: datetime, is_day_closed: bool = False
) -> list[InterfaceFinding]:
    """
    Return what happened to messages, by number.

    Numbers at the end of what was sent are in flight until the day is closed: an offline
    device is no loss.
    """
    by_identity: dict[tuple[str, int, int], list[Told]] = defaultdict(list)
    for told in hub.booked:
        by_identity[told.identity].append(told)
    known = {told.identity for told in sent}
    high = _find_high_marks(hub.booked)
    found: list[InterfaceFinding] = []
    by_sent: dict[tuple[str, int, int], list[Told]] = defaultdict(list)
    for told in sent:
        by_sent[told.identity].append(told)
    reached = _find_reached(sent)
    for identity, tellings in by_sent.items():
        if len({told.content_hash for told in tellings}) > 1:
            booked = by_identity.get(identity, [])
            found.append(_judge_reused(tellings, booked=booked, reached=reached))
            continue
        told = tellings[0]
        booked = by_identity.get(identity, [])
        if not booked:
            found.extend(
                _judge_missing(told, hub=hub, high=high, now=now, is_day_closed=is_day_closed)
            )
            continue
        found.extend(_judge_doubled(booked))
        found.extend(_judge_altered(told, booked[0]))
    for identity, booked in by_identity.items():
        if identity not in known:
            found.append(
                _make(
                    InterfaceCause.HUB_ONLY_POSTING,
                    booked,
                    _sum(booked),
                    Healing.ASK_THE_SITE,
                )
            )
    found.extend(_judge_snapshots(hub))
    return sorted(found, key=lambda each: (each.sequence, each.cause))


def _find_high_marks(booked: Iterable[Told]) -> dict[tuple[str, int], int]:
    high: dict[tuple[str, int], int] = {}
    for told in booked:
        place = told.source, told.epoch
        high[place] = max(high.get(place, 0), told.sequence)
    return high


def _find_reached(sent: Iterable[Told]) -> dict[tuple[str, int], list[tuple[datetime, int]]]:
    """Return, for each source and epoch, when it first had come to which number, by time."""
    by_stream: dict[tuple[str, int], list[tuple[datetime, int]]] = defaultdict(list)
    for told in sorted(sent, key=lambda each: (each.at, each.sequence)):
        steps = by_stream[told.source, told.epoch]
        if not steps or told.sequence > steps[-1][1]:
            steps.append((told.at, told.sequence))
    return by_stream


def _judge_reused(
    tellings: Sequence[Told],
    *,
    booked: Sequence[Told],
    reached: Mapping[tuple[str, int], Sequence[tuple[datetime, int]]],
) -> InterfaceFinding:
    """
    Tell one number with two contents: a device set back to an old copy, or two under one name.

    Who had come further before went back. The book lacks the content that was not booked.
    """
    last = max(tellings, key=lambda told: told.at)
    steps = reached[last.source, last.epoch]
    had = max((number for at, number in steps if at < last.at), default=0)
    is_back = any(told.at < last.at for told in tellings) and had >= last.sequence
    known = {told.content_hash for told in booked}
    left = [told for told in tellings if told.content_hash not in known]
    return _make(
        InterfaceCause.RESTORED_DEVICE if is_back else InterfaceCause.CLONED_DEVICE,
        tellings,
        {key: -quantity for key, quantity in _sum(left).items()},
        Healing.NEW_EPOCH,
    )


def _judge_missing(
    told: Told,
    *,
    hub: Log,
    high: Mapping[tuple[str, int], int],
    now: datetime,
    is_day_closed: bool,
) -> list[InterfaceFinding]:
    """A number that is not booked is stuck, on its way, or lost; the book lacks what it moved."""
    lacking = {key: -quantity for key, quantity in _sum([told]).items()}
    if told.identity in hub.waiting:
        return [_make(InterfaceCause.STUCK_MESSAGE, [told], lacking, Healing.RETRY)]
    is_behind = told.sequence < high.get((told.source, told.epoch), 0)
    is_old = now - told.at > GRACE
    if is_day_closed or (is_behind and is_old):
        return [_make(InterfaceCause.LOST_MESSAGE, [told], lacking, Healing.RESEND)]
    if is_old:
        return [_make(InterfaceCause.DELAYED_MESSAGE, [told], lacking, Healing.WAIT)]
    return []


def _judge_doubled(booked: Sequence[Told]) -> list[InterfaceFinding]:
    first, *again = booked
    return [
        _make(InterfaceCause.DUPLICATE_MESSAGE, [first, other], _sum([other]), Healing.REVERSE)
        for other in again
    ]


def _judge_altered(sent: Told, booked: Told) -> list[InterfaceFinding]:
    """Tell how content differs under one number: where, which way, in what state, of what kind."""
    if sent.content_hash == booked.content_hash:
        return []
    ours, theirs = _sum([booked]), _sum([sent])
    differences = {
        key: ours.get(key, 0) - theirs.get(key, 0)
        for key in {*ours, *theirs}
        if ours.get(key, 0) != theirs.get(key, 0)
    }
    cause = _name_alteration(sent, booked, ours=ours, theirs=theirs, differences=differences)
    is_status = cause is InterfaceCause.STATE_MISMATCH
    healing = Healing.STATUS_CHANGE if is_status else Healing.REVERSE_AND_REPOST
    return [_make(cause, [sent], differences, healing)]


def _name_alteration(
    sent: Told,
    booked: Told,
    *,
    ours: Mapping[Key, int],
    theirs: Mapping[Key, int],
    differences: Mapping[Key, int],
) -> InterfaceCause:
    if not differences and _by_status(sent) != _by_status(booked):
        return InterfaceCause.STATE_MISMATCH
    special = {move.key for move in (*sent.moves, *booked.moves) if move.line_kind in SPECIAL}
    if differences and set(differences) <= special:
        return InterfaceCause.SPECIAL_GOODS_MISMATCH
    if differences and ours and all(ours.get(key, 0) == -theirs[key] for key in theirs):
        return InterfaceCause.WRONG_SIGN_MAPPING
    missing, added = ({*theirs} - {*ours}), ({*ours} - {*theirs})
    if missing and len(missing) == len(added) and sum(differences.values()) == 0:
        return InterfaceCause.WRONG_KEY_MAPPING
    if missing and not added and set(differences) == missing:
        return InterfaceCause.PARTLY_APPLIED
    return InterfaceCause.PAYLOAD_MISMATCH


def _judge_snapshots(hub: Log) -> list[InterfaceFinding]:
    """An absolute figure that speaks of fewer messages than were applied undid the others."""
    found = []
    for snapshot, applied in hub.snapshots:
        if snapshot.sequence >= applied:
            continue
        skipped = [
            told
            for told in hub.booked
            if (told.source, told.epoch) == (snapshot.source, snapshot.epoch)
            and snapshot.sequence < told.sequence <= applied
        ]
        keys = {move.key for move in snapshot.moves}
        undone = {key: -quantity for key, quantity in _sum(skipped).items() if key in keys}
        found.append(_make(InterfaceCause.STALE_SNAPSHOT, [snapshot], undone, Healing.RECOMPUTE))
    return found


def _by_status(told: Told) -> dict[tuple[Key, str], int]:
    total: dict[tuple[Key, str], int] = defaultdict(int)
    for move in told.moves:
        total[move.key, move.status] += move.quantity
    return dict(total)


def _sum(tellings: Iterable[Told]) -> dict[Key, int]:
    total: dict[Key, int] = defaultdict(int)
    for told in tellings:
        for move in told.moves:
            total[move.key] += move.quantity
    return dict(total)


def _make(
    cause: InterfaceCause,
    tellings: Sequence[Told],
    differences: Mapping[Key, int],
    healing: Healing,
) -> InterfaceFinding:
    return InterfaceFinding(
        cause=cause,
        documents=tuple(sorted({told.document for told in tellings})),
        differences=differences,
        healing=healing,
        sequence=tellings[0].sequence,
    )
