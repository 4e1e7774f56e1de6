"""Steps of a sales issue (销售出库单) of an order: goods that left a site for a customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from yipan.documents import told
from yipan.erp import rules
from yipan.erp.documents.sales_issue import DOCUMENT_TYPE
from yipan.erp.models import SalesIssue
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.till import TicketLine
from yipan.messages.wms import ShippedLine
from yipan.pool import promises
from yipan.pool.queries.promises import find_number
from yipan.pool.rules import PromisedLine

#: How sites name the order type of a customer's order.
FULFILLMENT = "fulfillment"


class ShipmentUnknown(Refusal):
    """A site takes back a shipment the hub has not heard of yet; the message waits for it."""

    code = "sales_issue.shipment_unknown"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """What a site told of goods of an order that left, whichever system it runs."""

    shipment: str
    fulfillment: str
    order: str
    site: str
    occurred_at: datetime
    message_id: UUID
    actor: str = ""
    device: str = ""


@transaction.atomic
def post(*, issued: Issued, lines: Sequence[ShippedLine], heard: Heard, at: datetime) -> SalesIssue:
    """
    Book goods that left for a customer; they consume the reservation of their order.

    What left beyond the reservation, or without one, is taken from what is available: a fact.
    The same shipment told again changes nothing.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises SkuUnknown: if a SKU is not master data yet; the message waits for it.
    :raises NumberReused: if the site used the number for another shipment before.
    """
    told.require_speaker(source=heard.source, site=issued.site)
    told.require_few(lines)
    told.require_plausible((line.sku, line.quantity) for line in lines)
    told.require_known(sites=[issued.site], skus={line.sku for line in lines})
    number = rules.get_hub_number(site=issued.site, number=issued.shipment)
    written = [
        TicketLine(line=line.line, sku=line.sku, quantity=line.quantity, amount_minor=0)
        for line in lines
    ]
    known = SalesIssue.objects.filter(number=number).first()
    if known is not None:
        if known.lines != msgspec.to_builtins(written):
            raise told.NumberReused(number=issued.shipment, site=issued.site)
        return known
    actor = issued.actor or heard.source
    day = masterdata.get_business_date(issued.site, issued.occurred_at)
    issue = SalesIssue.objects.create(
        number=number,
        site=issued.site,
        ticket_number=issued.shipment,
        till="",
        business_date=day,
        occurred_at=issued.occurred_at,
        recorded_at=at,
        cashier=actor,
        quantity=sum(line.quantity for line in lines),
        lines=msgspec.to_builtins(written),
        message_id=issued.message_id,
        source=heard.source,
        sequence=heard.sequence,
        order_number=issued.order,
        fulfillment_number=issued.fulfillment,
    )
    promises.consume(
        number=find_number(external_id=issued.fulfillment),
        lines=[
            PromisedLine(site=issued.site, sku=line.sku, quantity=line.quantity)
            for line in lines
            if line.quantity
        ],
        origin=f"{DOCUMENT_TYPE}/{number}/post",
        at=issued.occurred_at,
        trace=Trace(
            actor=actor, device=issued.device, source=heard.source, sequence=heard.sequence
        ),
        business_date=day,
    )
    return issue


@transaction.atomic
def reverse(
    *, site: str, shipment: str, occurred_at: datetime, actor: str, heard: Heard
) -> SalesIssue:
    """
    Undo a shipment that did not leave after all: its goods are reserved again.

    :raises ShipmentUnknown: if the hub has not heard of it yet.
    """
    told.require_speaker(source=heard.source, site=site)
    number = rules.get_hub_number(site=site, number=shipment)
    issue = SalesIssue.objects.select_for_update().filter(number=number).first()
    if issue is None:
        raise ShipmentUnknown(number=shipment, site=site)
    if issue.is_reversed:
        return issue
    promises.take_back(
        number=find_number(external_id=issue.fulfillment_number),
        origin=f"{DOCUMENT_TYPE}/{number}/post",
        reversal=f"{DOCUMENT_TYPE}/{number}/reverse",
        at=occurred_at,
        trace=Trace(actor=actor, source=heard.source, sequence=heard.sequence),
    )
    issue.is_reversed = True
    issue.save(update_fields=["is_reversed"])
    return issue
