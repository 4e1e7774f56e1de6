"""Picking an order of a customer at a store: pick, undo -> finish -> stage (拣货, 备妥)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from yipan.documents.evidence import NO_STAMP, Evidence, Stamp
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger import levels
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.pos_orders import PickShorted, StorePickupStaged
from yipan.pos.documents import difference
from yipan.pos.documents import fulfillment_telling as telling
from yipan.pos.documents.difference import Doubt
from yipan.pos.documents.facts import Taken, note
from yipan.pos.documents.fulfillment import DOCUMENT_TYPE
from yipan.pos.models import FulfillmentScan, StoreFulfillment
from yipan.pos.models.fulfillment import FulfillmentState as State
from yipan.pos.rules import BACKROOM, SHOP_FLOOR
from yipan.pos.rules import fulfillment as rules

#: From which states may each step be taken?
STEPS = {
    "pick": frozenset({State.ACCEPTED}),
    "undo": frozenset({State.ACCEPTED}),
    "finish": frozenset({State.ACCEPTED}),
    "stage": frozenset({State.PICKED}),
}


class NotOnOrder(Refusal):
    """This product is not on the order."""

    code = "store_fulfillment.not_on_order"
    status = 422


class PickedEnough(Refusal):
    """The order wants no more of this product."""

    code = "store_fulfillment.picked_enough"


class NothingPicked(Refusal):
    """Nothing was picked that could be taken back."""

    code = "store_fulfillment.nothing_picked"


class NotForPickup(Refusal):
    """This order is shipped: nobody comes to collect it."""

    code = "store_fulfillment.not_for_pickup"


@dataclass(frozen=True, kw_only=True, slots=True)
class Scan:
    """One scan, or one keyed correction, which may be negative. Never zero."""

    sku: str
    quantity: int
    capture_mode: str = "scan"
    text: str = ""
    stamp: Stamp = NO_STAMP


@transaction.atomic
def pick(*, number: str, scan: Scan, by: Trace, at: datetime) -> FulfillmentScan:
    """
    Add a scan to a pick.

    :raises NotOnOrder: if the order does not want the SKU.
    :raises PickedEnough: if it wants no more of it, or less than nothing would be left.
    """
    order = lock_for("pick", model=StoreFulfillment, number=number, steps=STEPS)
    wanted = sum(line["quantity"] for line in order.lines if line["sku"] == scan.sku)
    if not wanted:
        raise NotOnOrder(number=number, sku=scan.sku)
    before = _sum_scans(order).get(scan.sku, 0)
    if not 0 <= before + scan.quantity <= wanted:
        raise PickedEnough(number=number, sku=scan.sku, wanted=wanted, picked=before)
    evidence = Evidence(
        capture_mode=scan.capture_mode,
        barcode_scanned=scan.text,
        quantity_expected=wanted - before,
        was_expected_shown=True,
        counterpart_document=order.order_number,
        actor=by.actor,
        device=by.device,
        stamp=scan.stamp,
    )
    return FulfillmentScan.objects.create(
        fulfillment=order,
        position=order.scans.count() + 1,
        sku=scan.sku,
        quantity=scan.quantity,
        at=at,
        **evidence.make_columns(at=at),
    )


@transaction.atomic
def undo(*, number: str, at: datetime) -> FulfillmentScan:
    """
    Take the last scan back. It stays on record, with the moment it was undone.

    :raises NothingPicked: if there is none left.
    """
    order = lock_for("undo", model=StoreFulfillment, number=number, steps=STEPS)
    last = order.scans.filter(undone_at=None).order_by("-position").first()
    if last is None:
        raise NothingPicked(number=number)
    last.undone_at = at
    last.save(update_fields=["undone_at"])
    return last


@transaction.atomic
def finish(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreFulfillment:
    """
    Finish a pick (拣完): what was found waits reserved, what was not is told, and counted.

    Where nothing was found the order ends here. The hub's book does not move: the goods are
    set aside there already.

    :raises WrongState: if it is not being picked.
    """
    order = lock_for("finish", model=StoreFulfillment, number=number, steps=STEPS)
    _share_out(order)
    missing = [line for line in order.lines if line["quantity_short"]]
    sequences = telling.reserve(site=order.site, count=1 + len(missing))
    picked = telling.list_picked(order)
    order.state = State.PICKED if picked else State.CLOSED_SHORT
    order.picked_by = by.actor
    order.picked_at = at
    order.closed_at = None if picked else at
    order.save(update_fields=["lines", "state", "picked_by", "picked_at", "closed_at"])
    _book(order, by=by, at=at)
    counts = difference.open_many(
        site=order.site,
        doubts=[
            Doubt(
                difference_type="short_pick",
                sku=line["sku"],
                place=line["from_place"],
                quantity_seen=0,
                partner_number=number,
            )
            for line in missing
        ],
        by=by,
        at=at,
    )
    progress = telling.make_progress(order, message_id=message_id, at=at)
    shorts = [
        _make_short(order, line, count=counts.get((line["sku"], line["from_place"]), ""), at=at)
        for line in missing
    ]
    telling.publish([progress, *shorts], sequences=sequences, order=order, at=at)
    taken = Taken(step="pick", from_state=State.ACCEPTED, message_id=message_id)
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return order


@transaction.atomic
def stage(
    *, number: str, shelf: str, by: Trace, at: datetime, message_id: UUID
) -> StoreFulfillment:
    """
    Put a picked order onto its shelf (上架待提): the customer may come.

    :raises NotForPickup: if it is shipped.
    :raises WrongState: if it is not picked, or on its shelf already.
    """
    order = lock_for("stage", model=StoreFulfillment, number=number, steps=STEPS)
    if order.place != rules.PICKUP_SHELF:
        raise NotForPickup(number=number)
    order.state = State.STAGED
    order.shelf = shelf.strip()[:32]
    order.staged_at = at
    order.collect_until = order.collect_until or at + rules.COLLECT_WITHIN
    order.save(update_fields=["state", "shelf", "staged_at", "collect_until"])
    message = StorePickupStaged(
        message_id=message_id,
        occurred_at=at,
        fulfillment_number=number,
        order_number=order.order_number,
        site=order.site,
        shelf=order.shelf,
        lines=telling.list_progress(order),
        collect_until=order.collect_until.isoformat(),
        staged_by=by.actor,
    )
    telling.say(message, order=order, at=at)
    taken = Taken(step="stage", from_state=State.PICKED, message_id=message_id)
    note(order, taken, document_type=DOCUMENT_TYPE, by=by, at=at)
    return order


def _sum_scans(order: StoreFulfillment) -> dict[str, int]:
    sums: dict[str, int] = {}
    for scan in order.scans.filter(undone_at=None):
        sums[scan.sku] = sums.get(scan.sku, 0) + scan.quantity
    return sums


def _share_out(order: StoreFulfillment) -> None:
    """Write into the lines what was picked of each, in their order, and from where."""
    scanned = _sum_scans(order)
    modes = {
        scan.sku: scan.capture_mode
        for scan in order.scans.filter(undone_at=None).order_by("-position")
    }
    places = _list_available(order)
    for line in order.lines:
        sku = line["sku"]
        line["quantity_picked"] = min(scanned.get(sku, 0), line["quantity"])
        scanned[sku] = scanned.get(sku, 0) - line["quantity_picked"]
        line["quantity_short"] = line["quantity"] - line["quantity_picked"]
        line["from_place"] = rules.choose_place(
            line["quantity_picked"], available=places.get(sku, {})
        )
        line["capture_mode"] = modes.get(sku, "")


def _list_available(order: StoreFulfillment) -> Mapping[str, Mapping[str, int]]:
    """Return SKU to place to what the store's book says is free there."""
    keys = [(line["sku"], place) for line in order.lines for place in (SHOP_FLOOR, BACKROOM)]
    found = levels.find_levels(book=f"pos:{order.site}", keys=set(keys))
    places: dict[str, dict[str, int]] = {}
    for (sku, place), level in found.items():
        places.setdefault(sku, {})[place] = level.available
    return places


def _book(order: StoreFulfillment, *, by: Trace, at: datetime) -> None:
    moves = rules.post_pick(lines=telling.list_picked(order), to_place=order.place)
    if not moves:
        return
    ledger.post_fact(
        book=f"pos:{order.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{order.number}/pick",
            occurred_at=at,
            moves=moves,
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
            business_date=masterdata.get_business_date(order.site, at),
        ),
    )


def _make_short(
    order: StoreFulfillment, line: Mapping[str, object], *, count: str, at: datetime
) -> PickShorted:
    assert order.picked_at is not None
    return PickShorted(
        message_id=uuid5(order.message_id, f"pos.pick_shorted {line['line']}"),
        occurred_at=at,
        fulfillment_number=order.number,
        order_number=order.order_number,
        site=order.site,
        line=int(str(line["line"])),
        sku=str(line["sku"]),
        quantity_found=int(str(line["quantity_picked"])),
        quantity_missing=int(str(line["quantity_short"])),
        place=str(line["from_place"]),
        count_task=count,
        picked_by=order.picked_by,
    )
