"""Steps of an expected arrival (预到货通知): announce, or cancel, as the hub tells it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from yipan.documents import told, trail
from yipan.documents.states import lock_for
from yipan.exchange.subscriptions import Heard
from yipan.messages.erp_purchasing import ArrivalAnnounced, ArrivalCanceled
from yipan.wms.models import ExpectedArrival, ExpectedPackage
from yipan.wms.models.arrival import ExpectedArrivalState as State

DOCUMENT_TYPE = "expected_arrival"

#: From which states may each step be taken? A notice that is canceled twice stays canceled.
STEPS = {"cancel": frozenset(State.values)}


@transaction.atomic
def announce(*, message: ArrivalAnnounced, heard: Heard, at: datetime) -> ExpectedArrival:
    """
    Write down what is on its way. A later version replaces an earlier one, never the other way.

    :raises SkuUnknown: if a SKU is not known here yet; the message waits for it.
    """
    _check(message)
    arrival = (
        ExpectedArrival.objects.select_for_update()
        .filter(number=message.arrival_notice_number)
        .first()
    )
    if arrival is not None and arrival.version >= message.version:
        return arrival
    before = arrival.state if arrival else ""
    if arrival is None:
        arrival = ExpectedArrival(
            number=message.arrival_notice_number, created_by=heard.source, created_at=at
        )
    arrival.site = message.site
    arrival.version = message.version
    arrival.supplier = message.supplier
    arrival.supplier_name = message.supplier_name[:96]
    arrival.expected_at = told.read_moment(message.expected_at) if message.expected_at else None
    arrival.carrier = message.carrier[:48]
    arrival.tracking = message.tracking[:64]
    arrival.note = message.note[:400]
    arrival.lines = [asdict(line) for line in message.lines]
    arrival.save()
    arrival.packages.all().delete()
    ExpectedPackage.objects.bulk_create(
        ExpectedPackage(
            arrival=arrival, sscc=package.sscc, lines=[asdict(line) for line in package.lines]
        )
        for package in message.packages
    )
    _note(arrival, message, step="announce", from_state=before, actor=heard.source)
    return arrival


@transaction.atomic
def cancel(*, message: ArrivalCanceled, heard: Heard) -> ExpectedArrival:
    """
    Stop expecting a delivery.

    :raises NotFound: if it is not known here.
    """
    arrival = lock_for(
        "cancel", model=ExpectedArrival, number=message.arrival_notice_number, steps=STEPS
    )
    before, arrival.state = arrival.state, State.CANCELED
    arrival.save(update_fields=["state"])
    _note(arrival, message, step="cancel", from_state=before, actor=heard.source)
    return arrival


def _check(message: ArrivalAnnounced) -> None:
    told.require_few(message.lines)
    told.require_few(message.packages)
    packed = [line for package in message.packages for line in package.lines]
    told.require_few(packed)
    pairs = [(line.sku, line.quantity) for line in message.lines]
    pairs += [(line.sku, line.quantity) for line in packed]
    told.require_plausible(pairs)
    told.require_known(sites=[message.site], skus={sku for sku, _ in pairs})
    if message.expected_at:
        told.read_date(message.expected_at[:10])


def _note(
    arrival: ExpectedArrival,
    message: ArrivalAnnounced | ArrivalCanceled,
    *,
    step: str,
    from_state: str,
    actor: str,
) -> None:
    trail.record(
        trail.Step(
            system="wms",
            sites=(arrival.site,),
            document_type=DOCUMENT_TYPE,
            number=arrival.number,
            step=step,
            from_state=from_state,
            to_state=arrival.state,
            actor=actor,
            at=message.occurred_at,
            reason=message.reason if isinstance(message, ArrivalCanceled) else "",
            message_id=message.message_id,
        )
    )
