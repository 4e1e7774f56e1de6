"""What waits for a person, sorted by harm, and how much of it stands beside a page in the rail."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from yipan.channels.queries.webhooks import count_disabled
from yipan.console.reader import Reader, find_url
from yipan.console.waiting_tasks import find_tasks
from yipan.console.work import HARM, Work
from yipan.oms.queries.exceptions import count_exceptions
from yipan.planning.queries.proposals import ProposalFilter, count_proposals

#: Shorter than this, a message is on its way and nobody need care.
LAG_PATIENCE_SECONDS = 60
#: So many sources are named in a line.
SOURCES_NAMED = 3


def _find_parked(reader: Reader) -> Work:
    parked = sum(row.parked for row in reader.sources)
    names = ", ".join(row.source for row in reader.sources if row.parked)
    return Work(
        title=_("Messages are parked"),
        note=names,
        count=parked,
        url=find_url("exchange:parked"),
        icon="circle-pause",
        tone="bad",
    )


def _find_gaps(reader: Reader) -> Work:
    gaps = sum(row.gaps for row in reader.sources)
    names = ", ".join(row.source for row in reader.sources if row.gaps)
    return Work(
        title=_("Numbers of messages are missing"),
        note=names,
        count=gaps,
        url=find_url("exchange:sources") + "?state=gap",
        icon="unplug",
        tone="bad",
    )


def _find_altered(reader: Reader) -> Work:
    found = [row for row in reader.unsettled if row.altered]
    return Work(
        title=_("Messages came with other content"),
        note=_name_sources(row.source for row in found),
        count=sum(row.altered for row in found),
        url=find_url("exchange:sources") + "?state=altered",
        icon="file-pen-line",
        tone="bad",
    )


def _find_mismatches(reader: Reader) -> Work:
    found = [row for row in reader.unsettled if row.differing]
    return Work(
        title=_("Books differ by their digests"),
        note=_name_sources(row.source for row in found),
        count=sum(row.differing for row in found),
        url=find_url("exchange:sources") + "?state=mismatch",
        icon="scale",
        tone="bad",
    )


def _name_sources(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names))[:SOURCES_NAMED])


def _find_lag(reader: Reader) -> Work:
    now = timezone.now()
    late = [row for row in reader.sources if row.get_lag_seconds(now) > LAG_PATIENCE_SECONDS]
    late = [row for row in late if not row.parked + row.waiting]
    return Work(
        title=_("Sources are behind"),
        note=", ".join(row.source for row in late[:3]),
        count=len(late),
        url=find_url("exchange:sources") + "?state=behind",
        icon="hourglass",
        tone="warn",
    )


def _find_below_zero(reader: Reader) -> Work:
    first = reader.shortfalls[:3]
    return Work(
        title=_("Books went below zero"),
        note=", ".join(f"{row.place} {row.sku}" for row in first),
        count=sum(row.below for row in reader.shortfalls),
        url=reverse("books:compare", args=[first[0].sku]) if first else "",
        icon="trending-down",
        tone="bad",
    )


def _find_late_orders(reader: Reader) -> Work:
    return Work(
        title=_("Purchase orders are late"),
        note=_("expected before today, still open"),
        count=reader.count_orders(late_on=timezone.localdate()),
        url=find_url("erp:purchase_orders") + "?late=1",
        icon="calendar-clock",
        tone="warn",
    )


def _find_drafts(reader: Reader) -> Work:
    return Work(
        title=_("Purchase orders to approve"),
        note=_("written by somebody else"),
        count=reader.count_orders(states=("draft",)),
        url=find_url("erp:purchase_orders") + "?state=draft",
        icon="file-check",
        tone="info",
    )


def _find_to_send(reader: Reader) -> Work:
    return Work(
        title=_("Purchase orders to send"),
        note=_("approved, not yet with the warehouse"),
        count=reader.count_orders(states=("approved",)),
        url=find_url("erp:purchase_orders") + "?state=approved",
        icon="send",
        tone="info",
    )


def _find_inbound(reader: Reader) -> Work:
    return Work(
        title=_("Goods to receive"),
        note=_("inbound orders not fully received"),
        count=reader.inbound_open,
        url=find_url("wms:inbound_orders"),
        icon="truck",
        tone="info",
    )


def _find_disabled(reader: Reader) -> Work:  # noqa: ARG001  a webhook belongs to no site
    return Work(
        title=_("Webhooks were disabled"),
        note=_("nobody answered for days, or said that it is gone"),
        count=count_disabled(),
        url=find_url("channels:index"),
        icon="bell-off",
        tone="bad",
    )


def _find_exceptions(reader: Reader) -> Work:
    found = count_exceptions(at=timezone.now(), sites=reader.sites)
    return Work(
        title=_("Orders to look at"),
        note=_("late, silent, short, or without goods"),
        count=sum(found.values()),
        url=find_url("oms:board"),
        icon="shopping-cart",
        tone="bad",
    )


def _find_due_cases(reader: Reader) -> Work:
    mine = [row for site, row in reader.cases.items() if reader.is_mine(site)]
    return Work(
        title=_("Differences are due"),
        note=_("their owner should have settled them by today"),
        count=sum(row.due for row in mine),
        url=find_url("recon:cases"),
        icon="scale",
        tone="warn",
    )


def _find_proposals(reader: Reader) -> Work:
    which = ProposalFilter(site=reader.site, sites=reader.actor.sites)
    return Work(
        title=_("Proposals to decide on"),
        note=_("what to buy and what to move"),
        count=count_proposals(which)[0],
        url=find_url("planning:proposals"),
        icon="lightbulb",
        tone="info",
    )


#: Action a reader needs to do something about it, and what looks for it.
WORK: tuple[tuple[str, Callable[[Reader], Work]], ...] = (
    ("exchange.read", _find_parked),
    ("exchange.read", _find_gaps),
    ("exchange.read", _find_altered),
    ("exchange.read", _find_mismatches),
    ("exchange.read", _find_lag),
    ("ledger.read", _find_below_zero),
    ("erp.read", _find_late_orders),
    ("erp.purchase_order.approve", _find_drafts),
    ("erp.purchase_order.send", _find_to_send),
    ("wms.receive", _find_inbound),
    ("channels.write", _find_disabled),
    ("oms.order.write", _find_exceptions),
    ("recon.settle", _find_due_cases),
    ("planning.decide", _find_proposals),
)


def list_work(reader: Reader) -> list[Work]:
    """Return what waits for somebody, what does most harm first; never something empty."""
    found = [find(reader) for action, find in WORK if reader.actor.may(action)]
    found += find_tasks(reader)
    waiting = [work for work in found if work.count and not work.url.startswith("?")]
    return sorted(waiting, key=lambda work: HARM[work.tone])


#: URL name of a page in the rail to what counts the work behind it, and who may do it.
COUNTERS: dict[str, tuple[str, Callable[[Reader], int]]] = {
    "erp:purchase_orders": (
        "erp.purchase_order.approve",
        lambda reader: reader.count_orders(states=("draft",)),
    ),
    "wms:inbound_orders": ("wms.receive", lambda reader: reader.inbound_open),
    "wms:picking": ("wms.pick", lambda reader: reader.warehouse_work["to_pick"]),
    "wms:packing": ("wms.pack", lambda reader: reader.warehouse_work["to_pack"]),
    "wms:loading": ("wms.ship", lambda reader: reader.warehouse_work["to_load"]),
    "wms:moving": ("wms.move", lambda reader: reader.warehouse_work["to_move"]),
    "wms:inspections": ("wms.inspect", lambda reader: reader.warehouse_work["to_inspect"]),
    "wms:counting": ("wms.count", lambda reader: reader.warehouse_work["to_count"]),
    "exchange:sources": (
        "exchange.read",
        lambda reader: (
            sum(row.parked + row.waiting for row in reader.sources)
            + sum(row.altered + row.differing for row in reader.unsettled)
        ),
    ),
}


def count_behind(reader: Reader, url_name: str) -> int:
    """Return how many things wait behind a page for this reader."""
    action, count = COUNTERS.get(url_name, ("", None))
    return count(reader) if count is not None and reader.actor.may(action) else 0
