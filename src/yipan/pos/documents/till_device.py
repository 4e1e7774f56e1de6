"""
Devices of a till: who numbers its tickets, in which epoch (纪元), and what they still hold.

A number is (till, epoch, sequence). An epoch is given here, once per storage: a browser that
was cleared, restored or copied is another device, and begins at 1 in an epoch of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import transaction

from yipan.documents import statements
from yipan.exchange import comparisons, streams
from yipan.exchange.subscriptions import Heard
from yipan.exchange.unheard import list_unheard_numbers
from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.pos import rules
from yipan.pos.documents import till_event
from yipan.pos.documents.till_event import Happened
from yipan.pos.models import RegisterDevice, RegisterTicket, Till
from yipan.pos.models.till_event import TillEventType

#: Who hears tills.
RECEIVER = "pos"

#: A device says at most so many numbers; more is a slip, and would be searched for in vain.
SEQUENCE_MAX = 100_000_000


class EpochUnknown(Refusal):
    """This register is not set up under the number it gives. Set it up again."""

    code = "till.epoch_unknown"


class TillNumbersItself(Refusal):
    """A device of this till numbers its tickets; one without a number is not taken from it."""

    code = "till.numbers_itself"


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """
    What a device says of itself: the last number it gave, and what it still holds.

    `clock_offset_ms` is what our clock is ahead of its own.
    """

    device: UUID
    last_sequence: int
    unsent: int = 0
    oldest_unsent_at: datetime | None = None
    is_persistent: bool = False
    clock_offset_ms: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """
    What the store knows of a device's numbers.

    `missing` were given and never came: to be sent again. `open` are kept and not booked.
    Up to `settled_sequence` all belong to days on which both books agreed.
    """

    epoch: int
    missing: tuple[int, ...]
    open: tuple[int, ...]
    settled_sequence: int


@transaction.atomic
def register(*, till_code: str, device: UUID, by: Trace, at: datetime) -> RegisterDevice:
    """
    Make a device of a till known and give it its epoch; asked again, the same one.

    :raises NotFound: if there is no such till.
    """
    till = Till.objects.select_for_update().filter(code=till_code).first()
    if till is None:
        raise NotFound(kind="till", id=till_code)
    known = RegisterDevice.objects.filter(device=device).first()
    if known is not None:
        if known.till_id != till.pk:
            raise NotFound(kind="till", id=till_code)
        return known
    return RegisterDevice.objects.create(
        till=till,
        device=device,
        epoch=_open_epoch(till),
        registered_at=at,
        registered_by=by.actor,
    )


def _open_epoch(till: Till) -> int:
    """Return an epoch in which nobody has given a number yet."""
    source = get_source(till.code)
    _, epoch = streams.get_stream(source)
    is_used = (
        till.last_ticket > 0
        or streams.get_issued(source).last_sequence > 0
        or till.devices.filter(epoch=epoch).exists()
        or RegisterTicket.objects.filter(till=till, epoch=epoch).exists()
    )
    return streams.open_epoch(source) if is_used else epoch


@transaction.atomic
def report(*, till_code: str, told: Report, at: datetime) -> Standing:
    """
    Write down what a device says of itself, and tell it what has come of its numbers.

    :raises NotFound: if the till has no such device.
    """
    # The device alone: the till stays free for the tickets that come meanwhile.
    device = (
        RegisterDevice.objects.select_for_update(of=("self",))
        .filter(till__code=till_code, device=told.device)
        .first()
    )
    if device is None or not 0 <= told.last_sequence <= SEQUENCE_MAX:
        raise NotFound(kind="device", id=str(told.device))
    device.reported_at = at
    device.last_sequence = max(device.last_sequence, told.last_sequence)
    device.unsent = told.unsent
    device.oldest_unsent_at = told.oldest_unsent_at
    device.is_persistent = told.is_persistent
    device.clock_offset_ms = told.clock_offset_ms
    device.settled_sequence = _find_settled(device)
    device.save()
    heard = Heard(get_source(till_code), device.epoch, 0, RECEIVER)
    numbers = range(device.settled_sequence + 1, device.last_sequence + 1)
    waiting = comparisons.list_open_numbers(
        receiver=RECEIVER, source=heard.source, epoch=device.epoch, numbers=numbers
    )
    return Standing(
        epoch=device.epoch,
        missing=tuple(list_unheard_numbers(heard, numbers=numbers)),
        open=tuple(waiting),
        settled_sequence=device.settled_sequence,
    )


def note_last(*, till_code: str, device: UUID, last_sequence: int) -> None:
    """Write down the last number a device gave, when it is higher than what was known."""
    devices = RegisterDevice.objects.filter(till__code=till_code, device=device)
    devices.filter(last_sequence__lt=min(last_sequence, SEQUENCE_MAX)).update(
        last_sequence=min(last_sequence, SEQUENCE_MAX)
    )


def list_missing_numbers(till_code: str) -> list[str]:
    """Return what stands on the paper of tickets a till numbered and that never came."""
    return [number for _, numbers in _list_missing(till_code) for number in numbers]


@transaction.atomic
def give_up(*, till_code: str, by: Trace, at: datetime) -> list[str]:
    """
    Ask no more for numbers that never came, because their register is lost; return them.

    Each is noted in the till's record with the reason. One that comes after all is booked.
    """
    given_up = []
    for device, numbers in _list_missing(till_code):
        device.given_up_sequence = device.last_sequence
        device.unsent = 0
        device.save(update_fields=["given_up_sequence", "unsent"])
        given_up += numbers
    till_event.record(
        till_code=till_code,
        events=[
            Happened(
                event_id=uuid5(NAMESPACE_URL, f"yipan:given-up/{number}"),
                event_type=TillEventType.GIVEN_UP,
                occurred_at=at,
                actor=by.actor,
                subject=number,
                reason=by.reason,
            )
            for number in given_up
        ],
        at=at,
    )
    return given_up


def _list_missing(till_code: str) -> list[tuple[RegisterDevice, list[str]]]:
    missing = []
    for device in RegisterDevice.objects.filter(till__code=till_code).order_by("epoch"):
        heard = Heard(get_source(till_code), device.epoch, 0, RECEIVER)
        first = max(device.given_up_sequence, device.settled_sequence) + 1
        sequences = list_unheard_numbers(heard, numbers=range(first, device.last_sequence + 1))
        numbers = [
            rules.get_ticket_number(till=till_code, epoch=device.epoch, sequence=sequence)
            for sequence in sequences
        ]
        if numbers:
            missing.append((device, numbers))
    return missing


def get_source(till_code: str) -> str:
    """Return the name under which a till tells of its tickets."""
    return f"till:{till_code}/stock"


def _find_settled(device: RegisterDevice) -> int:
    """Return the number up to which every ticket belongs to a day both books agree on."""
    ((settled,),) = statements.run(
        "yipan.pos",
        "find_settled",
        {
            "till": device.till_id,
            "epoch": device.epoch,
            "settled": device.settled_sequence,
        },
    )
    return int(settled)
