"""A line that drops, doubles, reorders and delays, cuts bodies and loses answers. Seeded."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec

from yipan.exchange import wire
from yipan.exchange.envelopes import Envelope
from yipan.exchange.replies import Reply
from yipan.exchange.transport import NoAnswer, Pulled, Transport


class Trouble(StrEnum):
    """What the line does to one call."""

    NONE = "none"
    DROPPED = "dropped"
    DOUBLED = "doubled"
    REORDERED = "reordered"
    DELAYED = "delayed"  # arrives after later calls; its answer never does
    CUT = "cut"
    ANSWER_LOST = "answer lost"  # after the commit
    REPLAYED = "replayed"  # an old call arrives again before this one


#: The shares of handbook and contract: 20 % lost, 20 % doubled, 30 % reordered, and the rest.
SHARES = {
    Trouble.DROPPED: 0.10,
    Trouble.CUT: 0.05,
    Trouble.ANSWER_LOST: 0.10,
    Trouble.DELAYED: 0.10,
    Trouble.DOUBLED: 0.20,
    Trouble.REORDERED: 0.30,
    Trouble.REPLAYED: 0.05,
    Trouble.NONE: 0.10,
}


def draw(chance: random.Random) -> Trouble:
    return chance.choices(list(SHARES), weights=list(SHARES.values()))[0]


class Faulty:
    """Another transport behind a bad line. `next_trouble` says what happens to each call."""

    def __init__(
        self,
        line: Transport,
        *,
        next_trouble: Callable[[], Trouble],
        chance: random.Random,
    ) -> None:
        self._line = line
        self._next_trouble = next_trouble
        self._chance = chance
        self._delayed: list[Sequence[Envelope]] = []
        self._old: list[Sequence[Envelope]] = []
        self.seen: Counter[Trouble] = Counter()

    def push(self, envelopes: Sequence[Envelope]) -> list[Reply]:
        trouble = self._meet()
        self._old.append(envelopes)
        if trouble == Trouble.DROPPED:
            raise NoAnswer("dropped")
        if trouble == Trouble.CUT:
            _read_cut(wire.write_batch(envelopes))
        if trouble == Trouble.DELAYED:
            self._delayed.append(envelopes)
            raise NoAnswer("delayed")
        if trouble == Trouble.REPLAYED:
            self._line.push(_as_received(self._chance.choice(self._old)))
        if trouble == Trouble.DOUBLED:
            self._line.push(_as_received(envelopes))
        places = list(range(len(envelopes)))
        if trouble == Trouble.REORDERED:
            self._chance.shuffle(places)
        replies = self._line.push(_as_received([envelopes[place] for place in places]))
        self._deliver_delayed()
        if trouble == Trouble.ANSWER_LOST:
            raise NoAnswer("the answer was lost")
        return [reply for _, reply in sorted(zip(places, replies, strict=True), key=_by_place)]

    def pull(self, *, source: str, epoch: int, after: int, limit: int) -> Pulled:
        trouble = self._meet()
        if trouble in {Trouble.DROPPED, Trouble.CUT, Trouble.ANSWER_LOST, Trouble.DELAYED}:
            raise NoAnswer(trouble.value)
        back = 3 if trouble == Trouble.REPLAYED else 0
        pulled = self._line.pull(
            source=source, epoch=epoch, after=max(0, after - back), limit=limit
        )
        envelopes = list(pulled.envelopes)
        if trouble == Trouble.DOUBLED:
            envelopes += envelopes
        if trouble == Trouble.REORDERED:
            self._chance.shuffle(envelopes)
        return Pulled(
            envelopes=_as_received(envelopes),
            epoch=pulled.epoch,
            last_sequence=pulled.last_sequence,
        )

    def _meet(self) -> Trouble:
        trouble = self._next_trouble()
        self.seen[trouble] += 1
        return trouble

    def _deliver_delayed(self) -> None:
        while self._delayed:
            self._line.push(_as_received(self._delayed.pop(0)))


def _by_place(pair: tuple[int, Reply]) -> int:
    return pair[0]


def _as_received(envelopes: Sequence[Envelope]) -> list[Envelope]:
    """Write the envelopes out and read them again, as on a real line."""
    if not envelopes:
        return []
    items = wire.read_batch(wire.write_batch(envelopes))
    return [item for item in items if isinstance(item, Envelope)]


def _read_cut(body: bytes) -> None:
    try:
        wire.read_batch(body[: len(body) // 2])
    except msgspec.DecodeError as error:
        raise NoAnswer("the receiver could not read a body that was cut") from error
    raise AssertionError("half a body was read as a whole one")
