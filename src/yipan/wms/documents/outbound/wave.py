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
from yipan.wms.documents.outbound import outbound_many, replenishment
from yipan.wms.models import OutboundOrder, Pick, Wave
from yipan.wms.models.outbound_order import OutboundOrderState, PickState, WaveMode
from yipan.wms.models.outbound_order import WaveState as State

DOCUMENT_TYPE = "wave"
TRAIL = trail.Trail[Wave]("wms", DOCUMENT_TYPE, lambda it: (it.site,))
ORDERS_PER_WAVE_MAX = 500

#: So many totes fit onto a cart.
ORDERS_PER_CLUSTER_MAX = 24

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
    """
    Which open orders to pick together; what is empty does not matter.

    `cut_off_until` takes orders whose cut-off (截单时间) is not later; those without any have
    time, and are left out then.
    """

    site: str
    carrier: str = ""
    zone: str = ""
    due_until: date | None = None
    cut_off_until: datetime | None = None
    mode: str = WaveMode.BATCH
    priority_min: int | None = None
    limit: int = 50


@transaction.atomic
def plan(*, gathering: Gathering, by: Trace, at: datetime) -> Wave:
    """
    Gather open orders: the most urgent first, then the earliest cut-off, then the earliest due.

    :raises NoOrders: if none fits.
    """
    query = OutboundOrder.objects.select_for_update().filter(
        site=gathering.site, wave=None, state=OutboundOrderState.RELEASED
    )
    if gathering.carrier:
        query = query.filter(carrier=gathering.carrier)
    if gathering.due_until is not None:
        query = query.filter(due_on__lte=gathering.due_until)
    if gathering.cut_off_until is not None:
        query = query.filter(cut_off_at__lte=gathering.cut_off_until)
    if gathering.priority_min is not None:
        query = query.filter(priority__gte=gathering.priority_min)
    if gathering.zone:
        in_zone = Pick.objects.filter(state=PickState.OPEN, zone=gathering.zone)
        query = query.filter(pk__in=in_zone.values("order"))
    query = query.order_by("-priority", "cut_off_at", "due_on", "id")
    is_cluster = gathering.mode == WaveMode.CLUSTER
    most = ORDERS_PER_CLUSTER_MAX if is_cluster else ORDERS_PER_WAVE_MAX
    orders = list(query[: min(gathering.limit, most)])
    if not orders:
        raise NoOrders(site=gathering.site)
    wave = Wave.objects.create(
        number=numbers.give_number(
            prefix="WV",
            site=gathering.site,
            on=masterdata.get_business_date(gathering.site, at),
        ),
        site=gathering.site,
        mode=WaveMode(gathering.mode),
        cut_off_until=gathering.cut_off_until,
        carrier=gathering.carrier,
        zone=gathering.zone,
        due_on=gathering.due_until,
        created_by=by.actor,
        created_at=at,
    )
    OutboundOrder.objects.filter(pk__in=[order.pk for order in orders]).update(wave=wave)
    TRAIL.note(wave, step="create", from_state="", by=by, at=at)
    return wave


@transaction.atomic
def release(*, number: str, by: Trace, at: datetime) -> Wave:
    """
    Give a wave to the pickers (波次下发).

    What its orders lack is set aside now, all at once, and pick faces that would run short get
    their tasks before anybody stands there.
    """
    wave = lock_for("release", model=Wave, number=number, steps=STEPS)
    outbound_many.set_aside_all(OutboundOrder.objects.filter(wave=wave), by=by, at=at)
    skus = set(Pick.objects.filter(order__wave=wave).values_list("sku", flat=True))
    replenishment.replenish(site=wave.site, by=by, at=at, skus=skus, wave=wave.number)
    before, wave.state = wave.state, State.RELEASED
    wave.released_at = at
    wave.save(update_fields=["state", "released_at"])
    TRAIL.note(wave, step="release", from_state=before, by=by, at=at)
    return wave


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> Wave:
    """Take a wave apart; its orders are picked one by one, or in another wave."""
    wave = lock_for("cancel", model=Wave, number=number, steps=STEPS)
    before, wave.state = wave.state, State.CANCELED
    wave.save(update_fields=["state"])
    OutboundOrder.objects.filter(wave=wave).update(wave=None)
    wave.totes.all().delete()
    TRAIL.note(wave, step="cancel", from_state=before, by=by, at=at)
    return wave
