"""A day a register sealed by itself (离线封账), told when the network was back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction

from yipan.foundation.refusals import NotFound
from yipan.ledger.moves import Trace
from yipan.pos import rules
from yipan.pos.documents import store_day
from yipan.pos.documents.till_device import EpochUnknown
from yipan.pos.models import RegisterDevice, StoreDay, Till

REASON = "sealed at the register"


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """
    What a register fixed when nobody answered: the day, its last number, and the cash.

    `counted` is tender to minor units. `device_at` is the raw time of the device, `clock_offset`
    what our clock was ahead of it when they last spoke.
    """

    seal_id: UUID
    epoch: int
    last_sequence: int
    business_date: date
    counted: Mapping[str, int]
    device_at: datetime
    clock_offset: timedelta = timedelta()
    sealed_by: str = ""


@transaction.atomic
def take(*, till_code: str, seal: Seal, by: Trace, at: datetime) -> StoreDay:
    """
    Seal a day as its register did, all tickets up to its last number being here.

    Told again, the same day is answered as it stands by now.

    :raises NotFound: if there is no such till.
    :raises EpochUnknown: if no device of the till has such an epoch.
    :raises TicketsMissing: if a ticket up to its last number never came.
    :raises DaySealedAlready: if somebody else sealed the day before.
    :raises AmountNotPlausible: if a counted amount is negative, or absurd.
    """
    till = Till.objects.select_for_update().filter(code=till_code).first()
    if till is None:
        raise NotFound(kind="till", id=till_code)
    known = StoreDay.objects.filter(till=till_code, business_date=seal.business_date).first()
    if known is not None and known.message_id == seal.seal_id:
        return known
    device = RegisterDevice.objects.filter(till=till, epoch=seal.epoch)
    if not device.exists():
        raise EpochUnknown(till=till_code, epoch=seal.epoch)
    # It says that all numbers up to its own were given, whatever came of them.
    device.filter(last_sequence__lt=seal.last_sequence).update(last_sequence=seal.last_sequence)
    return store_day.seal(
        till=till_code,
        day=seal.business_date,
        counted=seal.counted,
        by=Trace(actor=seal.sealed_by or by.actor, device=till_code, reason=REASON),
        at=rules.correct_time(
            seal.device_at, offset=seal.clock_offset, offset_when_sent=timedelta(), received_at=at
        ),
        message_id=seal.seal_id,
    )
