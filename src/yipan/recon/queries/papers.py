"""Papers of the other side: what suppliers announced and other sites shipped to a site."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from yipan.exchange.queries.payloads import ToldPayload, list_latest
from yipan.messages.erp import InboundCanceled, InboundReleased
from yipan.messages.erp_purchasing import ArrivalAnnounced, ArrivalCanceled

#: The hub tells a site here what to expect.
ORDERS = "erp:hub/orders:"
KINDS = frozenset(
    {InboundReleased.kind, InboundCanceled.kind, ArrivalAnnounced.kind, ArrivalCanceled.kind}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """
    So many pieces of a SKU are on their way by an arrival notice or a shipment.

    `inbound` is the number a receipt of them names. `at` is when they were to come, or when they
    left. `is_open` is false where nobody waits for them any more.
    """

    number: str
    inbound: str
    sku: str
    quantity: int
    at: datetime
    partner: str
    carrier: str = ""
    is_open: bool = True


def read_papers(*, sites: Collection[str], skus: Collection[str]) -> dict[str, list[Paper]]:
    """Return what is known to have been sent of some SKUs, by site: one read for each site."""
    return {
        site: follow(list_latest(source=f"{ORDERS}{site}", kinds=KINDS), skus=skus)
        for site in sorted(sites)
    }


def follow(told: Iterable[ToldPayload], *, skus: Collection[str]) -> list[Paper]:
    """Return the papers that stand after some messages: the last version of each."""
    papers: dict[str, list[Paper]] = {}
    for each in told:
        data = each.data
        if each.kind == ArrivalAnnounced.kind:
            number = str(data.get("arrival_notice_number") or "")
            papers[number] = [
                paper for paper in _read_notice(data, at=each.occurred_at) if paper.sku in skus
            ]
        elif each.kind == ArrivalCanceled.kind:
            papers.pop(str(data.get("arrival_notice_number") or ""), None)
        elif each.kind == InboundCanceled.kind:
            gone = data.get("inbound_order_number")
            papers = {
                number: [
                    replace(paper, is_open=False) if paper.inbound == gone else paper
                    for paper in same
                ]
                for number, same in papers.items()
            }
        # An order says what was asked for; only a shipment says what was sent.
        elif data.get("shipment_number"):
            number = str(data["inbound_order_number"])
            papers[number] = [
                paper for paper in _read_shipment(data, at=each.occurred_at) if paper.sku in skus
            ]
    return [paper for same in papers.values() for paper in same]


def _read_notice(data: Mapping[str, Any], *, at: datetime) -> list[Paper]:
    expected_at = str(data.get("expected_at") or "")
    return [
        Paper(
            number=str(data["arrival_notice_number"]),
            inbound=str(line.get("inbound_order_number") or ""),
            sku=str(line["sku"]),
            quantity=int(line["quantity"]),
            at=datetime.fromisoformat(expected_at) if expected_at else at,
            partner=str(data.get("supplier") or ""),
            carrier=str(data.get("carrier") or ""),
        )
        for line in data.get("lines") or ()
    ]


def _read_shipment(data: Mapping[str, Any], *, at: datetime) -> list[Paper]:
    return [
        Paper(
            number=str(data["shipment_number"]),
            inbound=str(data["inbound_order_number"]),
            sku=str(line["sku"]),
            quantity=int(line["quantity_expected"]),
            at=at,
            partner=str(data.get("from_site") or ""),
            carrier=str(data.get("carrier") or ""),
        )
        for line in data.get("lines") or ()
    ]
