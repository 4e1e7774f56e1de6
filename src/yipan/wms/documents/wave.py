"""Steps of a wave (波次): plan -> release; or cancel, which lets its orders go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.documents import numbers, trail
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.wms.models import OutboundOrder, Wave
from yipan.wms.models.outbound_order import OutboundOrderState, PickState
from yipan.wms.models.outbound_order import WaveState as State

DOCUMENT_TYPE = "wave"
ORDERS_PER_WAVE_MAX = 500

#: From which states may each step be taken?
STEPS = {
    "release": frozenset({State.PLANNED}),
    "cancel": frozenset({State.PLANNED, State.RELEASED}),
}


class NoOrders(Refusal):
    """No open order fits, or all that do are in a wave already."""

    code = "wave.no_orders"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathering:
    """Which open orders to pick together; what is empty does not matter."""

    site: str
    carrier: str = ""
    zone: str = ""
    due_until: date | None = None
    priority_min: int | None = None
    limit: int = 50


@transaction.atomic
def plan(*, gathering: Gathering, by: Trace, at: datetime) -> Wave:
    """
    Gather open orders with goods to pick: the most urgent first, then the earliest due.

    :raises NoOrders: if none fits.
    """
    query = OutboundOrder.objects.select_for_update().filter(
        site=gathering.site, wave=None, state=OutboundOrderState.RELEASED
    )
    if gathering.carrier:
        query = query.filter(carrier=gathering.carrier)
    if gathering.due_until is not None:
        query = query.filter(due_on__lte=gathering.due_until)
    if gathering.priority_min is not None:
        query = query.filter(priority__gte=gathering.priority_min)
    open_picks = OutboundOrder.objects.filter(site=gathering.site, picks__state=PickState.OPEN)
    if gathering.zone:
        open_picks = open_picks.filter(picks__zone=gathering.zone)
    query = query.filter(pk__in=open_picks.values("pk")).order_by("-priority", "due_on", "id")
    orders = list(query[: min(gathering.limit, ORDERS_PER_WAVE_MAX)])
    if not orders:
        raise NoOrders(site=gathering.site)
    wave = Wave.objects.create(
        number=numbers.give_number(
            prefix="WV",
            site=gathering.site,
            on=masterdata.get_business_date(gathering.site, at),
        ),
        site=gathering.site,
        carrier=gathering.carrier,
        zone=gathering.zone,
        due_on=gathering.due_until,
        created_by=by.actor,
        created_at=at,
    )
    OutboundOrder.objects.filter(pk__in=[order.pk for order in orders]).update(wave=wave)
    _note(wave, step="create", from_state="", by=by, at=at)
    return wave


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime) -> Wave:
    """Give a wave to the pickers."""
    wave = lock_for("release", model=Wave, number=number, steps=STEPS)
    before, wave.state = wave.state, State.RELEASED
    wave.released_at = at
    wave.save(update_fields=["state", "released_at"])
    _note(wave, step="release", from_state=before, by=by, at=at)
    return wave


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Wave:
    """Take a wave apart; its orders are picked one by one, or in another wave."""
    wave = lock_for("cancel", model=Wave, number=number, steps=STEPS)
    before, wave.state = wave.state, State.CANCELED
    wave.save(update_fields=["state"])
    OutboundOrder.objects.filter(wave=wave).update(wave=None)
    _note(wave, step="cancel", from_state=before, by=by, at=at)
    return wave


def _note(wave: Wave, *, step: str, from_state: str, by: Trace, at: datetime) -> None:
    trail.record(
        trail.Step(
            document_type=DOCUMENT_TYPE,
            system="wms",
            sites=(wave.site,),
            number=wave.number,
            step=step,
            from_state=from_state,
            to_state=wave.state,
            actor=by.actor,
            device=by.device,
            at=at,
            reason=by.reason,
        )
    )
