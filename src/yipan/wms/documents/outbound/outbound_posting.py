"""Postings and progress of an outbound order, which its steps share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from yipan.documents import trail
from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.wms import OutboundProgressed
from yipan.wms.models import OutboundLine, OutboundOrder, Pick
from yipan.wms.models.outbound_order import STATES_OPEN, PickState
from yipan.wms.rules import outbound as rules

DOCUMENT_TYPE = "outbound_order"
#: What of a pick says how far its order is.
_COUNTED = ("order", "state", "quantity", "quantity_picked", "parcel")
TRAIL = trail.Trail[OutboundOrder]("wms", DOCUMENT_TYPE, lambda it: (it.site,))


def post(
    order: OutboundOrder,
    *,
    step: str,
    moves: Sequence[Move],
    by: Trace,
    at: datetime,
    is_promise: bool = False,
) -> str:
    """
    Post what a step of an order locked by the caller moves inside the site; return its origin.

    :raises StockShort: if it is a promise and the goods are not free any more.
    """
    if not moves:
        return ""
    order.postings_count += 1
    origin = make_origin(order, step=step)
    posting = FactPosting(
        origin=origin,
        occurred_at=at,
        moves=moves,
        trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
        business_date=masterdata.get_business_date(order.site, at),
    )
    door = ledger.post_promise if is_promise else ledger.post_fact
    door(book=f"wms:{order.site}", posting=posting)
    order.save(update_fields=["postings_count"])
    return origin


def make_origin(order: OutboundOrder, *, step: str) -> str:
    """Return the origin of the posting an order counts as its last one."""
    return f"{DOCUMENT_TYPE}/{order.number}/{step}-{order.postings_count}"


def move_on(order: OutboundOrder) -> None:
    """Set the state of an order locked by the caller by what its picks and lines say."""
    if order.state not in STATES_OPEN:
        return
    picks = order.picks.select_related("parcel").only(*_COUNTED, "parcel__state")
    state = _find_state(list(picks), order.lines.only("order", "quantity_shipped"))
    if state != order.state:
        order.state = state
        order.save(update_fields=["state"])


def move_on_many(orders: Sequence[OutboundOrder]) -> None:
    """Do the same for many orders, and save how many postings they count, in four statements."""
    ids = [order.pk for order in orders]
    picks: dict[int, list[Pick]] = {}
    lines: dict[int, list[OutboundLine]] = {}
    for pick in Pick.objects.filter(order__in=ids).select_related("parcel"):
        picks.setdefault(pick.order_id, []).append(pick)
    for line in OutboundLine.objects.filter(order__in=ids):
        lines.setdefault(line.order_id, []).append(line)
    for order in orders:
        if order.state in STATES_OPEN:
            order.state = _find_state(picks.get(order.pk, []), lines.get(order.pk, []))
    OutboundOrder.objects.bulk_update(orders, ["state", "postings_count"])


def _find_state(picks: Sequence[Pick], lines: Iterable[OutboundLine]) -> str:
    picked = [it for it in picks if it.state == PickState.PICKED]
    return rules.get_picking_state(
        quantity_open=sum(it.quantity for it in picks if it.state == PickState.OPEN),
        quantity_picked=sum(it.quantity_picked for it in picked),
        quantity_packed=sum(
            it.quantity_picked for it in picked if it.parcel and it.parcel.state == "packed"
        ),
        quantity_shipped=sum(line.quantity_shipped for line in lines),
    )


def tell_if_moved(order: OutboundOrder, *, before: str, cause: str, at: datetime) -> None:
    """Tell how far the order is, if that changed; `cause` is what changed it."""
    if order.state == before:
        return
    name = f"wms.outbound_progressed {order.number} {order.state} {cause} {at.isoformat()}"
    tell_progress(order, message_id=uuid5(NAMESPACE_OID, name), at=at)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """What is told of how far an order is, under an id of its own."""

    order: OutboundOrder
    message_id: UUID
    code: str = ""
    note: str = ""


def tell_progress(
    order: OutboundOrder, *, message_id: UUID, at: datetime, code: str = "", note: str = ""
) -> None:
    """Tell how far the order is."""
    tell_progress_many([Progress(order=order, message_id=message_id, code=code, note=note)], at=at)


def tell_progress_many(items: Sequence[Progress], *, at: datetime) -> None:
    """Tell how far some orders are, in the order given: two statements for each site."""
    for site in sorted({it.order.site for it in items}):
        mine = [it for it in items if it.order.site == site]
        source = f"wms:{site}/orders"
        outbox.publish_many(
            [
                Outgoing(
                    message=OutboundProgressed(
                        message_id=it.message_id,
                        occurred_at=at,
                        outbound_order_number=it.order.number,
                        document_number=it.order.document_number,
                        site=site,
                        state=it.order.state,
                        code=it.code,
                        note=it.note,
                    ),
                    source=source,
                    sequence=sequence,
                    correlation_id=it.order.document_number or it.order.number,
                )
                for it, sequence in zip(
                    mine, outbox.reserve_numbers(source, len(mine)), strict=True
                )
            ]
        )
