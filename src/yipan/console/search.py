"""What Ctrl-K looks through: one literal table of sources."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yipan.access.actors import Actor
from yipan.console import navigation
from yipan.console.marks import get_state_mark
from yipan.console.naming import name_of
from yipan.erp import queries as erp
from yipan.masterdata import queries as masterdata
from yipan.pos import queries as pos
from yipan.wms import queries as wms

HITS_PER_SOURCE_MAX = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One thing found: where it leads, and how it is told from its like."""

    title: str
    url: str
    icon: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HitGroup:
    """Hits of one kind; never empty."""

    label: str
    hits: list[Hit]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Who finds hits of one kind. An empty query is asked only of pages."""

    label: str | Promise
    find: Callable[[Actor, str], list[Hit]]


def find_pages(actor: Actor, query: str) -> list[Hit]:
    """Find pages whose name or words hold every word of the query."""
    wanted = query.casefold().split()
    hits = []
    for group in navigation.build(actor, path="", count=lambda _name: 0):
        for link in group.links:
            text = f"{link.label} {group.label} {link.words} {link.url}".casefold()
            if all(word in text for word in wanted):
                hits.append(Hit(title=link.label, url=link.url, icon=link.icon, detail=group.label))
    return hits


def find_skus(actor: Actor, query: str) -> list[Hit]:
    """Find SKUs by the beginning of a code or of a word, or by a barcode; to their books."""
    if not actor.may("ledger.read"):
        return []
    return [
        Hit(
            title=name_of(sku),
            url=reverse("books:compare", args=[sku.code]),
            icon="tag",
            detail=sku.code,
        )
        for sku in masterdata.search_skus(query, limit=HITS_PER_SOURCE_MAX, only_active=False)
    ]


def find_orders(actor: Actor, query: str) -> list[Hit]:
    """Find purchase orders by number, supplier or note."""
    if not actor.may("erp.read"):
        return []
    which = erp.OrderFilter(text=query, sites=actor.sites)
    return [
        Hit(
            title=row.number,
            url=reverse("erp:purchase_order", args=[row.number]),
            icon="file-text",
            detail=f"{name_of(row.supplier)} · {get_state_mark(row.state)[0]}",
        )
        for row in erp.list_orders(which, limit=HITS_PER_SOURCE_MAX)
    ]


def find_receipts(actor: Actor, query: str) -> list[Hit]:
    """Find goods receipts by number or order."""
    if not actor.may("erp.read"):
        return []
    which = erp.ReceiptFilter(text=query, sites=actor.sites)
    return [
        Hit(
            title=row.number,
            url=reverse("erp:goods_receipt", args=[row.number]),
            icon="package-check",
            detail=f"{name_of(row.site)} · {row.purchase_order_number}",
        )
        for row in erp.list_receipts(which, limit=HITS_PER_SOURCE_MAX)
    ]


def find_inbound(actor: Actor, query: str) -> list[Hit]:
    """Find inbound orders by number or supplier."""
    if not actor.may("wms.read"):
        return []
    which = wms.InboundFilter(text=query, sites=actor.sites)
    return [
        Hit(
            title=row.number,
            url=reverse("wms:inbound_order", args=[row.number]),
            icon="truck",
            detail=f"{name_of(row.site)} · {get_state_mark(row.state)[0]}",
        )
        for row in wms.list_inbound_orders(which, limit=HITS_PER_SOURCE_MAX)
    ]


def find_tickets(actor: Actor, query: str) -> list[Hit]:
    """Find tickets by the beginning of their number."""
    if not actor.may("pos.read"):
        return []
    which = pos.TicketFilter(text=query, sites=actor.sites)
    return [
        Hit(
            title=row.number,
            url=f"{reverse('pos:ticket', args=[row.number])}?site={row.site.code}",
            icon="receipt-text",
            detail=name_of(row.site),
        )
        for row in pos.list_tickets(which, limit=HITS_PER_SOURCE_MAX)
    ]


def find_sites(actor: Actor, query: str) -> list[Hit]:
    """Find sites by code, name or region."""
    if not actor.may("masterdata.read"):
        return []
    rows = masterdata.list_sites(text=query, only=actor.sites, limit=HITS_PER_SOURCE_MAX)
    return [
        Hit(
            title=name_of(site),
            url=reverse("masterdata:site", args=[site.code]),
            icon="store" if site.site_type == "store" else "warehouse",
            detail=site.code,
        )
        for site in rows
    ]


SOURCES = (
    Source(label=_("Pages"), find=find_pages),
    Source(label=_("SKUs"), find=find_skus),
    Source(label=_("Purchase orders"), find=find_orders),
    Source(label=_("Goods receipts"), find=find_receipts),
    Source(label=_("Inbound orders"), find=find_inbound),
    Source(label=_("Tickets"), find=find_tickets),
    Source(label=_("Sites"), find=find_sites),
)


def find_hits(*, actor: Actor, query: str) -> list[HitGroup]:
    """Return what every source finds, in the order of the table."""
    groups = []
    for source in SOURCES:
        if not query and source.find is not find_pages:
            continue
        try:
            hits = source.find(actor, query)
        except NoReverseMatch:
            # A node that runs fewer contexts has fewer pages to lead to.
            continue
        if hits:
            kept = hits if not query else hits[:HITS_PER_SOURCE_MAX]
            groups.append(HitGroup(label=str(source.label), hits=kept))
    return groups
