"""Pages of transfer orders (调拨单): list, document, its steps, and what is in transit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.documents.printing import answer_paper, choose_language
from yipan.erp import papers
from yipan.erp.documents.steps import list_steps
from yipan.erp.documents.transfers import transfer_order, transfer_progress
from yipan.erp.queries import in_transit, transfer_picking, transfers
from yipan.erp.queries.transfer_differences import get_difference
from yipan.erp.queries.transfers import TransferDetail, TransferFilter
from yipan.erp.views.typed import read_version
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.pool.book import SITE_BOOK

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
EXCESS_POSTINGS_MAX = 9

#: Group in the address to the states it shows.
GROUPS: dict[str, tuple[str, ...]] = {
    "draft": ("draft",),
    "approved": ("approved",),
    "to_ship": ("released", "partly_shipped"),
    "moving": ("partly_shipped", "shipped", "partly_received"),
    "done": ("received", "closed", "canceled"),
    "short": (),
}

#: The straight way of a transfer; coming in parts is a stop only for who stands there.
WAY = ("draft", "approved", "to_ship", "shipped", "received")


@require_GET
@page(action="erp.read")
def list_transfers(request: HttpRequest) -> HttpResponse:
    """List transfer orders."""
    actor = get_actor(request)
    group = request.GET.get("state", "")
    is_different = request.GET.get("different") == "1"
    site = find_chosen_site(request, actor=actor)
    which = TransferFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=GROUPS.get(group, ()),
        site=site,
        sites=actor.sites,
        only_different=is_different,
        only_short=group == "short",
    )
    rows = transfers.list_transfers(
        which, after=request.GET.get("after", "")[:TEXT_LENGTH_MAX], limit=ROWS_PER_PAGE
    )
    context = {
        "rows": rows,
        "text": which.text,
        "group": group if group in GROUPS else "",
        "is_different": is_different,
        "site": site,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "counts": {
            "draft": _count(actor, site, states=("draft",)),
            "approved": _count(actor, site, states=("approved",)),
            "different": _count(actor, site, only_different=True),
            "short": _count(actor, site, only_short=True),
        },
        "short": transfer_picking.find_short([row.number for row in rows]),
        "many": list_steps("transfer_order", actor),
        "may_write": actor.may("erp.transfer_order.write"),
    }
    return render(request, "erp/transfers.html", context)


@require_GET
@page(action="erp.read")
def show_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Show one transfer: what was ordered, what left, what came, what is on its way."""
    actor = get_actor(request)
    _require_seen(request, number)
    order = transfers.get_transfer(number)
    history = read_history(
        document_type=transfer_order.DOCUMENT_TYPE,
        number=number,
        postings=_list_postings(order),
        message_ids=[leg.message_id for leg in order.legs],
    )
    context = {
        "order": order,
        "picking": transfer_picking.get_picking(number),
        "way": _find_way(order.head.mark),
        "history": history,
        "steps": _list_steps(order, actor),
        "is_own_draft": order.head.state == "draft" and order.head.created_by == actor.name,
        "may_see_outbound": actor.may("wms.read")
        and order.head.from_site is not None
        and order.head.from_site.site_type == "warehouse",
        "warnings": [(leg, warning) for leg in order.legs for warning in leg.warnings],
        "open_differences": [number for number, state in order.differences if state == "open"],
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/transfer.html", context)


@require_GET
@page(action="erp.read")
def print_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Show a transfer as PDF, in the language of the reader or of `?language=`."""
    _require_seen(request, number)
    order = transfers.get_transfer(number)
    paper = papers.print_transfer(order, language=choose_language(request))
    return answer_paper(paper, name=number)


@require_GET
@page(action="erp.read")
def show_in_transit(request: HttpRequest) -> HttpResponse:
    """Show what is on its way between sites, the oldest first."""
    actor = get_actor(request)
    site = find_chosen_site(request, actor=actor)
    rows = in_transit.list_in_transit(at=timezone.now(), sites=actor.sites, site=site)
    context = {
        "rows": rows,
        "site": site,
        "ages": [
            (_("Up to 2 days"), _sum(row.quantity for row in rows if row.days <= 2)),
            (_("3 to 7 days"), _sum(row.quantity for row in rows if 3 <= row.days <= 7)),
            (_("More than 7 days"), _sum(row.quantity for row in rows if row.days > 7)),
            (_("Came before it left"), -_sum(-min(0, row.quantity) for row in rows)),
        ],
    }
    return render(request, "erp/in_transit.html", context)


@require_GET
@page(action="erp.read")
def show_shipment(request: HttpRequest, number: str) -> HttpResponse:
    """Open the transfer a shipment belongs to."""
    return _open_leg(request, number)


@require_GET
@page(action="erp.read")
def show_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Open the transfer a receipt belongs to."""
    return _open_leg(request, number)


@require_POST
@page(action="erp.transfer_order.approve")
def approve_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Approve a draft somebody else wrote."""
    return _step(
        request,
        number,
        lambda by: transfer_order.approve(
            number=number,
            by=by,
            at=timezone.now(),
            version=read_version(request.POST.get("version", "")),
        ),
        done=_("Approved. The transfer can be released."),
    )


@require_POST
@page(action="erp.transfer_order.release")
def release_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Release an approved transfer."""
    return _step(
        request,
        number,
        lambda by: transfer_order.release(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Released. The sender is told what to send."),
    )


@require_POST
@page(action="erp.transfer_order.cancel")
def cancel_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel a transfer of which nothing left."""
    return _step(
        request,
        number,
        lambda by: transfer_order.cancel(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Canceled. Nothing is sent any more."),
    )


@require_POST
@page(action="erp.transfer_order.close")
def close_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Wait no longer for what was not shipped."""
    return _step(
        request,
        number,
        lambda by: transfer_order.close(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Closed. What was not shipped is not sent any more."),
    )


def _step(
    request: HttpRequest, number: str, take: Callable[[Trace], object], *, done: str
) -> HttpResponse:
    _require_seen(request, number)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(request, lambda: take(trace), done=done)
    return redirect("erp:transfer", number=number)


def _require_seen(request: HttpRequest, number: str) -> None:
    get_actor(request).require_any_site(*transfers.get_transfer_sites(number))


def _open_leg(request: HttpRequest, number: str) -> HttpResponse:
    transfer = transfers.find_transfer_of_leg(number)
    _require_seen(request, transfer)
    return redirect("erp:transfer", number=transfer)


def _count(actor: Actor, site: str, **which: object) -> int:
    return transfers.count_transfers(
        TransferFilter(site=site, sites=actor.sites, **which)  # type: ignore[arg-type]
    )


def _sum(quantities: Iterable[int]) -> int:
    return sum(max(0, quantity) for quantity in quantities)


def _find_way(mark: str) -> str:
    """Return the stops of the way, with the one in between where the transfer stands."""
    between = {"partly_shipped": "shipped", "partly_received": "received", "closed": "received"}
    before = between.get(mark)
    if before is None:
        return " ".join(WAY)
    way = list(WAY)
    place = way.index(before)
    way[place : place + 1] = [mark] if mark == "closed" else [mark, before]
    return " ".join(way)


def _list_postings(order: TransferDetail) -> list[tuple[str, str]]:
    """Return the postings of a transfer, in the hub's book and in those of both sites."""
    found = []
    for leg in order.legs:
        found += [(SITE_BOOK, f"{leg.kind}/{leg.number}/{step}") for step in ("post", "reverse")]
    number = order.head.number
    if any(line.quantity_excess for line in order.lines):
        found += [
            (SITE_BOOK, transfer_progress.get_excess_origin(number, place=place))
            for place in range(1, EXCESS_POSTINGS_MAX + 1)
        ]
    for difference, _state in order.differences:
        origins = {each.origin for each in get_difference(difference).settlements}
        found += [(SITE_BOOK, origin) for origin in sorted(origins)]
    return found


def _list_steps(order: TransferDetail, actor: Actor) -> frozenset[str]:
    """Return the steps this reader may take from where the transfer stands."""
    steps = {
        step
        for step, states in transfer_order.STEPS.items()
        if order.head.state in states
        and actor.may(f"erp.transfer_order.{'write' if step == 'edit' else step}")
    }
    if order.head.created_by == actor.name:
        steps.discard("approve")
    is_all_shipped = order.head.quantity_shipped >= order.head.quantity_ordered
    is_last_shipped = any(leg.is_last and leg.state == "posted" for leg in order.shipments)
    if is_all_shipped or is_last_shipped or order.is_shipping_closed:
        steps.discard("close")
    return frozenset(steps)
