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
from yipan.erp.documents.sales.sales_issue import DOCUMENT_TYPE
from yipan.erp.models import SalesIssue
from yipan.exchange.subscriptions import Heard
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.messages.till import TicketLine
from yipan.messages.wms import ShippedLine
from yipan.pool import promises
from yipan.pool.promises import Consumed
from yipan.pool.queries.promises import find_number, find_numbers
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A shipment with its lines, and where it was heard."""

    issued: Issued
    lines: Sequence[ShippedLine]
    heard: Heard


def post(*, issued: Issued, lines: Sequence[ShippedLine], heard: Heard, at: datetime) -> SalesIssue:
    """Book one shipment; see `post_all`."""
    return post_all([Told(issued=issued, lines=lines, heard=heard)], at=at)[0]


@transaction.atomic
def post_all(shipments: Sequence[Told], *, at: datetime) -> list[SalesIssue]:
    """
    Book goods that left for customers; they consume the reservations of their orders.

    What left beyond the reservation, or without one, is taken from what is available: a fact.
    The same shipment told again changes nothing. All are booked or none.

    :raises SiteMismatch: if the source does not speak for the site.
    :raises SkuUnknown: if a SKU is not master data yet; the message waits for it.
    :raises NumberReused: if the site used the number for another shipment before.
    """
    for it in shipments:
        told.require_speaker(source=it.heard.source, site=it.issued.site)
        told.require_few(it.lines)
        told.require_plausible((line.sku, line.quantity) for line in it.lines)
    told.require_known(
        sites={it.issued.site for it in shipments},
        skus={line.sku for it in shipments for line in it.lines},
    )
    numbers = [_get_number(it) for it in shipments]
    issues = {row.number: row for row in SalesIssue.objects.filter(number__in=numbers)}
    sites = masterdata.find_sites({it.issued.site for it in shipments})
    new: list[Told] = []
    for number, it in zip(numbers, shipments, strict=True):
        known = issues.get(number)
        if known is None:
            issues[number] = _make(it, site=sites[it.issued.site], at=at)
            new.append(it)
        elif known.lines != _write_lines(it):
            raise told.NumberReused(number=it.issued.shipment, site=it.issued.site)
    SalesIssue.objects.bulk_create(issues[_get_number(it)] for it in new)
    promised = find_numbers(external_ids={it.issued.fulfillment for it in new})
    promises.consume_all(
        [
            Consumed(
                number=promised.get(it.issued.fulfillment, ""),
                lines=tuple(
                    PromisedLine(site=it.issued.site, sku=line.sku, quantity=line.quantity)
                    for line in it.lines
                    if line.quantity
                ),
                origin=f"{DOCUMENT_TYPE}/{_get_number(it)}/post",
                at=it.issued.occurred_at,
                trace=Trace(
                    actor=it.issued.actor or it.heard.source,
                    device=it.issued.device,
                    source=it.heard.source,
                    sequence=it.heard.sequence,
                ),
                business_date=issues[_get_number(it)].business_date,
            )
            for it in new
        ]
    )
    return [issues[number] for number in numbers]


def _get_number(it: Told) -> str:
    return rules.get_hub_number(site=it.issued.site, number=it.issued.shipment)


def _write_lines(it: Told) -> object:
    return msgspec.to_builtins(
        [
            TicketLine(line=line.line, sku=line.sku, quantity=line.quantity, amount_minor=0)
            for line in it.lines
        ]
    )


def _make(it: Told, *, site: SiteRow, at: datetime) -> SalesIssue:
    issued = it.issued
    return SalesIssue(
        number=_get_number(it),
        site=issued.site,
        ticket_number=issued.shipment,
        till="",
        business_date=masterdata.compute_business_date(site, issued.occurred_at),
        occurred_at=issued.occurred_at,
        recorded_at=at,
        cashier=issued.actor or it.heard.source,
        quantity=sum(line.quantity for line in it.lines),
        lines=_write_lines(it),
        message_id=issued.message_id,
        source=it.heard.source,
        sequence=it.heard.sequence,
        order_number=issued.order,
        fulfillment_number=issued.fulfillment,
    )


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
