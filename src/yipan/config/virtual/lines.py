"""
The lines between the books, which can fail: what happens to a message between outbox and inbox.

Nothing here heals anything. A sender goes by what its receiver acknowledged, and by nothing else:
what never arrived is sent again, after a pause or when it is asked for; what arrived altered is
found by the digests.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from django.db import Error, connection, transaction

from yipan.config.node import HUB_RECEIVER
from yipan.config.virtual.clock import VirtualClock
from yipan.exchange import database, delivery, passing, receptions, told
from yipan.exchange.delivery import Pending
from yipan.exchange.envelopes import RUN_MESSAGES_MAX, Envelope
from yipan.exchange.sources import find_source, get_site
from yipan.exchange.transport import InProcess
from yipan.messages.erp import ResendRequested
from yipan.simulate.systems import LineTrouble

#: So long a sender waits for an acknowledgement before it sends again what is missing.
SENT_AGAIN_AFTER: Final = timedelta(minutes=30)
DELAYED_BY: Final = timedelta(hours=2)
#: A message that is to arrive behind the next one does not wait for it for ever.
OVERTAKEN_WITHIN: Final = timedelta(minutes=30)


class Place(NamedTuple):
    """One message on its way to one receiver."""

    receiver: str
    source: str
    epoch: int
    sequence: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """What the line did to a message."""

    source: str
    sequence: int
    kind: str
    trouble: LineTrouble
    at: datetime


class Lines:
    """Carries what is told to whoever listens, as the courier does, over lines that may fail."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._troubles: dict[str, deque[LineTrouble]] = {}
        self._held: set[str] = set()
        self._crashes: set[str] = set()
        self._withheld: dict[Place, datetime] = {}
        self._overtaken: set[Place] = set()
        self._asked: dict[Pending, int] = {}
        self._mark: object = None
        #: What was done to messages so far, in order.
        self.hits: list[Hit] = []
        self.faults: list[Exception] = []

    def trouble(self, source: str, trouble: LineTrouble, *, count: int) -> None:
        """Let this happen to the next messages of a system such as `pos:S1`."""
        if trouble == "stuck":
            self._held.add(source)
        else:
            self._troubles.setdefault(source, deque()).extend([trouble] * count)

    def cut(self, source: str) -> None:
        """Keep what a system tells, and what it is told, where it is."""
        self._held.add(source)

    def mend(self, source: str) -> None:
        """Let go what was kept."""
        self._held.discard(source)
        self._mark = None

    def crash(self, source: str) -> None:
        """Let the next delivery of a system end in the middle."""
        self._crashes.add(source)

    @property
    def is_waited_for(self) -> bool:
        """Whether messages wait for their time, so that some may come without anything new."""
        return bool(self._withheld)

    def carry(self) -> int:
        """
        Deliver all that can be delivered now; return how many messages were received.

        Nothing is looked at where nothing was told since the last time and no message waits for
        its time.
        """
        if not self._withheld and self._read_mark() == self._mark:
            return 0
        count = self._carry_all()
        self._mark = self._read_mark()
        return count

    def _read_mark(self) -> object:
        """Return what changes whenever anything is told here."""
        return database.fetch(
            "select sum(last_sequence), sum(epoch), count(*) from exchange_stream"
        )

    def _carry_all(self) -> int:
        count = 0
        stuck: set[Pending] = set()
        while True:
            pending = [
                each
                for each in delivery.list_pending()
                if each not in stuck and not self._is_held(each)
            ]
            if not pending:
                return count
            for each in pending:
                received, is_stuck = self._deliver(each)
                count += received
                if is_stuck:
                    stuck.add(each)

    def _is_held(self, pending: Pending) -> bool:
        if not self._held:
            return False
        own = get_system(pending.source)
        theirs = f"{pending.receiver}:{get_site(pending.source)}"
        return own in self._held or theirs in self._held

    def _deliver(self, pending: Pending) -> tuple[int, bool]:
        system = get_system(pending.source)
        self._release_asked_for(pending)
        if pending.receiver == HUB_RECEIVER and self._is_bad(system):
            try:
                return self._deliver_badly(pending, system)
            except Error:
                # Killed in the middle: nothing happened, and it is begun again.
                connection.close()
                return 0, False
        return delivery.deliver_run(pending, faults=self.faults)

    def _is_bad(self, system: str) -> bool:
        return (
            bool(self._troubles.get(system))
            or system in self._crashes
            or any(get_system(place.source) == system for place in self._withheld)
        )

    def _deliver_badly(self, pending: Pending, system: str) -> tuple[int, bool]:
        with transaction.atomic():
            reception = receptions.lock(
                receiver=pending.receiver, source=pending.source, epoch=pending.epoch
            )
            passed = passing.pass_over(reception)
            envelopes = passing.take_first(reception, told.list_unheard(reception))
            arriving = self._send(pending, system, envelopes)
            replies = InProcess(receiver=pending.receiver, faults=self.faults).push(arriving)
            if arriving and system in self._crashes:
                self._crashes.discard(system)
                with connection.cursor() as cursor:
                    cursor.execute("select pg_terminate_backend(pg_backend_pid())")
        received = sum(reply.is_heard for reply in replies)
        return received, not received and not passed

    def _send(self, pending: Pending, system: str, envelopes: Sequence[Envelope]) -> list[Envelope]:
        """Return what arrives of what is sent, in the order it does."""
        arriving: list[Envelope] = []
        behind: list[Envelope] = []
        now = self._clock.read()
        for envelope in envelopes:
            place = Place(pending.receiver, pending.source, pending.epoch, envelope.sequence)
            until = self._withheld.get(place)
            if until is not None and until > now:
                behind += [envelope] if place in self._overtaken else []
                continue
            trouble = None if until else self._meet(system, envelope)
            self._forget(place)
            if trouble in _PAUSES:
                self._withheld[place] = now + _PAUSES[trouble]
            elif trouble == "reordered":
                behind.append(envelope)
                self._withheld[place] = now + OVERTAKEN_WITHIN
                self._overtaken.add(place)
            elif trouble == "altered":
                arriving.append(alter(envelope))
            else:
                arriving += [envelope] * (2 if trouble == "doubled" else 1)
            # The next one has come, so the one it has overtaken comes now.
            if behind and arriving and arriving[-1] is envelope:
                for each in behind:
                    self._forget(
                        Place(pending.receiver, pending.source, pending.epoch, each.sequence)
                    )
                arriving += behind
                behind = []
        return arriving

    def _forget(self, place: Place) -> None:
        self._withheld.pop(place, None)
        self._overtaken.discard(place)

    def _meet(self, system: str, envelope: Envelope) -> LineTrouble | None:
        waiting = self._troubles.get(system)
        if not waiting or (waiting[0] == "altered" and not can_alter(envelope)):
            return None
        trouble = waiting.popleft()
        self.hits.append(
            Hit(
                source=envelope.source,
                sequence=envelope.sequence,
                kind=envelope.kind,
                trouble=trouble,
                at=self._clock.read(),
            )
        )
        return trouble

    def _release_asked_for(self, pending: Pending) -> None:
        """Send again at once what the hub asks for, when the asking reaches the site."""
        if not self._withheld or not pending.source.startswith("erp:hub/orders:"):
            return
        after = self._asked.get(pending, 0)
        asked = told.list_after(
            source=pending.source, epoch=pending.epoch, after=after, limit=RUN_MESSAGES_MAX
        )
        for envelope in asked:
            self._asked[pending] = envelope.sequence
            if envelope.kind != ResendRequested.kind:
                continue
            wanted = json.loads(envelope.data)
            for place in list(self._withheld):
                if place.source == wanted["source"] and (
                    wanted["first_sequence"] <= place.sequence <= wanted["last_sequence"]
                ):
                    self._withheld[place] = self._clock.read()


#: Messages that move goods in the hub's book: what is altered in them is a difference.
_BOOKING: Final = (
    "goods_received",
    "goods_shipped",
    "ticket_posted",
    "transfer_shipped",
    "transfer_received",
)
_QUANTITIES: Final = frozenset({"quantity", "quantity_sound", "quantity_shipped"})

#: What is not there when it is sent, and when it comes after all.
_PAUSES: Final[dict[LineTrouble | None, timedelta]] = {
    "lost": SENT_AGAIN_AFTER,
    "delayed": DELAYED_BY,
}


def get_system(source: str) -> str:
    """Return `pos:S1` of `pos:S1/stock`."""
    found = find_source(source)
    return f"{found.system}:{found.place}" if found else source


def can_alter(envelope: Envelope) -> bool:
    """Tell whether a message books goods, in a quantity that a bad translation could change."""
    if not any(word in envelope.kind for word in _BOOKING):
        return False
    return _find_quantity(json.loads(envelope.data)) is not None


def alter(envelope: Envelope) -> Envelope:
    """
    Return the message with its first quantity changed, as a bad translation would.

    The fingerprint is that of the message as it was told: the door finds nothing wrong, and only
    the digests of both books can tell.
    """
    plain = json.loads(envelope.data)
    found = _find_quantity(plain)
    assert found is not None, "only messages with a quantity are altered"
    holder, name = found
    holder[name] += 1 if holder[name] > 0 else -1
    return replace(envelope, data=msgspec.json.encode(plain))


def _find_quantity(plain: Any) -> tuple[dict[str, Any], str] | None:
    """Return the first object that holds a quantity other than 0, and under which name."""
    if isinstance(plain, list):
        plain = dict(enumerate(plain))
    if not isinstance(plain, dict):
        return None
    for name, value in plain.items():
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if is_number and value and str(name) in _QUANTITIES:
            return plain, str(name)
    for value in plain.values():
        found = _find_quantity(value)
        if found is not None:
            return found
    return None
