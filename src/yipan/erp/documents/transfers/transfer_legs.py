"""What a shipment and a receipt of a transfer share when a site tells of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yipan.documents import told
from yipan.documents.base import NUMBER_LENGTH_MAX
from yipan.erp.models import TransferOrder
from yipan.erp.models.transfer_order import TransferOrderState as State
from yipan.erp.rules import Warned, get_hub_number
from yipan.erp.rules import transfer_order as rules
from yipan.erp.rules.transfer_order import SentLine
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata

#: In these states nobody expected the goods to leave yet, or any more.
STATES_NOT_RELEASED = frozenset({State.DRAFT, State.APPROVED, State.CANCELED})

_OUR_SERIES = re.compile(r"TO-\d{4}-\d{6}")


class TransferUnreadable(Refusal):
    """A site named a transfer in a way no transfer can be named."""

    code = "transfer.number_unreadable"
    status = 422


class OrderTypeUnknown(Refusal):
    """Goods left under a type of order the hub cannot book yet; the message waits for it."""

    code = "shipment.order_type_unknown"
    status = 422


#: How sites name the order type of a transfer.
TRANSFER = "transfer"


def require_transfer(order_type: str) -> None:
    """
    Return quietly when goods left under a transfer.

    :raises OrderTypeUnknown: if not: nobody else books them yet, and they must not get lost.
    """
    if order_type != TRANSFER:
        raise OrderTypeUnknown(order_type=order_type)


def find_transfer(inbound_order_number: str) -> str:
    """Return the transfer whose shipment is expected under a number, or an empty text."""
    head, _, place = inbound_order_number.rpartition("-")
    return head if place.isdecimal() else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class LegTold:
    """What a site told of goods of a transfer that left or came, whichever system it runs."""

    number: str
    transfer: str
    site: str
    occurred_at: datetime
    message_id: UUID
    actor: str = ""
    device: str = ""
    is_last: bool = False
    other_site: str = ""
    inbound_order_number: str = ""
    carrier: str = ""


def check(leg: LegTold, *, heard: Heard, lines: Sequence[tuple[str, int]]) -> None:
    """
    Return quietly when what was told of a leg can be booked.

    :raises TransferUnreadable: if it names a transfer as none can be named.
    """
    told.require_speaker(source=heard.source, site=leg.site)
    told.require_few(lines)
    told.require_plausible(lines)
    told.require_known(sites=[leg.site], skus={sku for sku, _ in lines})
    name = leg.transfer or leg.number
    if not name or "/" in name or len(name) > NUMBER_LENGTH_MAX:
        raise TransferUnreadable(transfer=name[:NUMBER_LENGTH_MAX])


def lock_order(leg: LegTold, *, at: datetime) -> tuple[TransferOrder, bool]:
    """
    Return the transfer, locked, and whether it was written down just now.

    A number of our own series that was never given out belongs to no document: it must not
    stand in the way of the one that will get it.
    """
    name = leg.transfer or leg.number
    order = TransferOrder.objects.select_for_update().filter(number=name).first()
    if order is not None:
        return order, False
    if _OUR_SERIES.fullmatch(name):
        name = f"X-{name}"
    _, is_new = TransferOrder.objects.get_or_create(
        number=name,
        defaults={
            "state": State.RELEASED,
            "is_reported": True,
            "created_by": leg.actor or leg.site,
            "created_at": at,
        },
    )
    return TransferOrder.objects.select_for_update().get(number=name), is_new


def fill_order(order: TransferOrder, *, from_site: str, to_site: str) -> None:
    """Complete a transfer nobody ordered with what its legs tell."""
    if not order.is_reported:
        return
    order.from_site = order.from_site or from_site
    if not order.to_site and to_site and not masterdata.list_unknown_sites([to_site]):
        order.to_site = to_site
    order.save(update_fields=["from_site", "to_site"])


def warn_of_shipment(
    order: TransferOrder, *, leg: LegTold, lines: Sequence[SentLine], is_new: bool
) -> list[Warned]:
    """Return what a person should know about a shipment that is booked all the same."""
    if order.is_reported:
        return [Warned(code=rules.TRANSFER_UNKNOWN)] if is_new else []
    found = []
    if order.state in STATES_NOT_RELEASED:
        found.append(Warned(code=rules.TRANSFER_NOT_RELEASED))
    if order.from_site != leg.site:
        found.append(Warned(code=rules.TRANSFER_OTHER_SITE))
    by_sku = {line.sku: line for line in order.lines.all()}
    sent: dict[str, int] = {}
    for line in lines:
        sent[line.sku] = sent.get(line.sku, 0) + line.quantity
    for sku, quantity in sent.items():
        ordered = by_sku.get(sku)
        if ordered is None or not ordered.quantity_ordered:
            found.append(Warned(code=rules.TRANSFER_SKU_NOT_ORDERED, sku=sku, quantity=quantity))
            continue
        surplus = ordered.quantity_shipped + quantity - ordered.quantity_ordered
        if surplus > 0:
            found.append(Warned(code=rules.TRANSFER_MORE_THAN_ORDERED, sku=sku, quantity=surplus))
    return found


def warn_of_receipt(order: TransferOrder, *, leg: LegTold, is_new: bool) -> list[Warned]:
    """Return what a person should know about a receipt that is booked all the same."""
    if order.is_reported:
        return [Warned(code=rules.TRANSFER_UNKNOWN)] if is_new else []
    return [Warned(code=rules.TRANSFER_OTHER_SITE)] if order.to_site != leg.site else []


def make_leg(
    order: TransferOrder, *, leg: LegTold, heard: Heard, at: datetime
) -> dict[str, object]:
    """Return the columns a shipment and a receipt share."""
    return {
        "order": order,
        "number": get_hub_number(site=leg.site, number=leg.number),
        "site": leg.site,
        "site_number": leg.number,
        "occurred_at": leg.occurred_at,
        "device": leg.device,
        "is_last": leg.is_last,
        "message_id": leg.message_id,
        "source": heard.source,
        "sequence": heard.sequence,
        "created_by": leg.actor or heard.source,
        "created_at": at,
    }
