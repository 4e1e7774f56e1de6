"""The order desk (订单台): list, one order with its timeline, and what people decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents import trail
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import History, make_entry, read_history
from yipan.foundation.ids import make_id
from yipan.ledger.rows import Posting
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import order as verbs
from yipan.oms.documents.order_state import DOCUMENT_TYPE, FULFILLMENT_TYPE
from yipan.oms.models.order import STATES_OPEN
from yipan.oms.queries import desk, orders, returns
from yipan.oms.queries.candidates import STATES_REFUSED
from yipan.oms.queries.filtering import OrderFilter
from yipan.oms.queries.orders import DecisionRow, OrderDetail
from yipan.oms.queries.own_stock import list_own_stock
from yipan.oms.queries.pickup_options import list_pickup_options
from yipan.oms.views.naming import PRESET_NAMES, find_names
from yipan.oms.views.when import describe_when
from yipan.pool.book import SITE_BOOK
from yipan.pool.queries.channels import list_channel_names
from yipan.pool.queries.selling import list_pegs

ROWS_PER_PAGE = 50

#: Why a site was left out.
REJECTIONS: Mapping[str, str | Promise] = {
    "stock": gettext_lazy("has no line of it whole"),
    "not_chosen": gettext_lazy("was not the one chosen"),
    "origin": gettext_lazy("takes the order, and has none to send"),
    "refused_before": gettext_lazy("refused this order before"),
    "method_closed": gettext_lazy("does not do this method"),
    "region": gettext_lazy("may not serve the region"),
    "capacity": gettext_lazy("has no capacity left today"),
    "store": gettext_lazy("is a store, and stores send nothing for this channel"),
}

#: What set off a decision.
TRIGGERS: Mapping[str, str | Promise] = {
    "new": gettext_lazy("Just bought"),
    "again": gettext_lazy("Goods came"),
    "manual": gettext_lazy("Chosen by a person"),
    "short": gettext_lazy("Picked short"),
    "rejected": gettext_lazy("Rejected by a site"),
    "moved": gettext_lazy("Taken from a site"),
    "pickup_moved": gettext_lazy("Pick-up moved"),
}

METHODS: Mapping[str, str | Promise] = {
    "ship": gettext_lazy("Delivery"),
    "pickup": gettext_lazy("Pick-up"),
    "ship_to_store": gettext_lazy("Delivery to a store"),
}

STATE_CHIPS = ("open", "backordered", "partly_shipped", "completed", "canceled")


@require_GET
@page(action="oms.read")
def list_orders(request: HttpRequest) -> HttpResponse:
    """List orders."""
    state, method = request.GET.get("state", ""), request.GET.get("method", "")
    which = OrderFilter(
        state=state if state in STATE_CHIPS else "",
        channel=request.GET.get("channel", "")[:32],
        method=method if method in METHODS else "",
        site=request.GET.get("site", "")[:16],
        taken_from=_read_day(request.GET.get("taken_from", "")),
        taken_until=_read_day(request.GET.get("taken_until", "")),
        text=request.GET.get("q", "").strip()[:96],
        sites=get_actor(request).sites,
    )
    found = orders.list_orders(
        which, after=request.GET.get("after", "")[:20], limit=ROWS_PER_PAGE + 1
    )
    rows = found[:ROWS_PER_PAGE]
    context = {
        "rows": rows,
        "next_after": rows[-1].cursor if len(found) > ROWS_PER_PAGE else "",
        "which": which,
        "channels": (kept := list_channel_names()),
        "channels_by_code": {row.code: row for row in kept},
        "places": masterdata.find_sites({site for row in rows for site in row.sites}),
        "methods": METHODS,
        "sites": masterdata.list_sites(only=get_actor(request).sites),
        "may_write": get_actor(request).may("oms.order.write"),
    }
    return render(request, "oms/orders.html", context)


@require_GET
@page(action="oms.read")
def show_pulse(request: HttpRequest, number: str) -> HttpResponse:
    """Tell whether an order went on since somebody looked at it."""
    orders.get_order(number, sites=get_actor(request).sites)
    context = {
        "number": number,
        "is_other": request.GET.get("seen", "") != desk.read_pulse(number),
    }
    return render(request, "oms/_pulse.html", context)


@require_GET
@page(action="oms.read")
def show_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order, what each site does, why, and everything that happened."""
    actor = get_actor(request)
    detail = orders.get_order(number, sites=actor.sites)
    may_write = actor.may("oms.order.write")
    is_open = detail.state in STATES_OPEN
    coming_back = returns.list_returns(order=number)
    today = timezone.localdate()
    pegs = list_pegs(today=today, promises=[detail.backorder]) if detail.backorder else []
    own_stock = list_own_stock(detail, at=timezone.now()) if is_open else []
    context = {
        **find_names(detail, returns=coming_back, others=[*pegs, *own_stock]),
        "channels": {row.code: row for row in list_channel_names()},
        "order": detail,
        "decisions": [_describe(row) for row in detail.decisions],
        "history": _read_history(detail),
        "returns": coming_back,
        "pegs": pegs,
        "own_stock": own_stock,
        "is_open": is_open,
        "pulse": desk.read_pulse(number),
        "may_return": may_write
        and any(line.quantity_shipped > line.quantity_returned for line in detail.lines),
        "waiting": sum(line.quantity_waiting for line in detail.lines) if is_open else 0,
        "may_write": may_write,
        "may_cancel": may_write and is_open,
        "may_reduce": may_write and is_open and any(it.is_reducible for it in detail.lines),
        "tomorrow": masterdata.get_office_date(timezone.now()) + timedelta(days=1),
        "options": list_pickup_options(number, at=timezone.now(), sites=actor.sites)
        if may_write and is_open and detail.method == "pickup"
        else None,
        "is_refused": any(row.state in STATES_REFUSED for row in detail.fulfillments),
        "sites": _list_sites(detail),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "oms/order.html", context)


@require_POST
@page(action="oms.order.write")
def source_order(request: HttpRequest, number: str) -> HttpResponse:
    """Try again to find goods, from any site or from the one chosen."""
    actor = get_actor(request)
    orders.get_order(number, sites=actor.sites)
    site = request.POST.get("site", "")[:16]
    if site:
        actor.require_site(site)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: verbs.source(
            number=number, by=trace, at=timezone.now(), message_id=make_id(), only=site
        ),
        done=_("Sourced again. What no site has keeps waiting."),
    )
    return redirect("oms:order", number=number)


@require_POST
@page(action="oms.order.write")
def cancel_order(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel what has not left."""
    orders.get_order(number, sites=get_actor(request).sites)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: verbs.cancel(number=number, by=trace, at=timezone.now(), message_id=make_id()),
        done=_("Canceled. Sites that work on it were asked to stop."),
    )
    return redirect("oms:order", number=number)


@require_POST
@page(action="oms.order.write")
def write_note(request: HttpRequest, number: str) -> HttpResponse:
    """Write something down about an order."""
    orders.get_order(number, sites=get_actor(request).sites)
    text = request.POST.get("text", "").strip()
    if text:
        verbs.write_note(number=number, text=text, by=get_trace(request), at=timezone.now())
        messages.success(request, _("Written down."))
    return redirect("oms:order", number=number)


@require_POST
@page(action="oms.order.write")
def send_elsewhere(request: HttpRequest, number: str) -> HttpResponse:
    """Take an order away from its site."""
    row = orders.get_fulfillment(number)
    get_actor(request).require_site(row.site)
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: verbs.send_elsewhere(
            number=number, by=trace, at=timezone.now(), message_id=make_id()
        ),
        done=_("The site was asked to stop; the goods are found elsewhere when it has."),
    )
    return redirect("oms:order", number=row.order)


def _read_history(detail: OrderDetail) -> History:
    """Return the steps of an order and of its parts in one timeline, the newest first."""
    history = read_history(document_type=DOCUMENT_TYPE, number=detail.number)
    entries = list(history.entries)
    told = list(history.messages)
    posted: list[Posting] = []
    for row in detail.fulfillments:
        steps = trail.list_steps(document_type=FULFILLMENT_TYPE, number=row.number)
        entries += [make_entry(step) for step in steps]
        names = {step.message_id for step in steps if step.message_id is not None}
        part = read_history(
            document_type="",
            number="",
            postings=[(SITE_BOOK, f"promise/{row.promise}/reserve")],
            message_ids=names,
        )
        told += part.messages
        posted += part.postings
    return History(
        entries=tuple(sorted(entries, key=lambda it: it.at, reverse=True)),
        messages=tuple(told),
        postings=tuple(posted),
    )


def _describe(row: DecisionRow) -> dict[str, Any]:
    """Return a decision as the page shows it: chosen first, then by cost, then the rejected."""
    chosen = {part["site"] for part in row.plan["parts"]}
    whens = row.question.get("whens", {})
    candidates = [
        {
            "site": it["site"],
            "when": describe_when(whens.get(it["site"])),
            "is_chosen": it["site"] in chosen,
            "fixed": it["fixed"],
            "parts": it["parts"],
            "rejected": REJECTIONS.get(it["rejected"], it["rejected"]) if it["rejected"] else "",
        }
        for it in row.plan["candidates"]
    ]
    candidates.sort(key=lambda it: (not it["is_chosen"], bool(it["rejected"]), it["fixed"]))
    constraint = row.plan["constraint"]
    return {
        "row": row,
        "trigger": TRIGGERS.get(row.trigger, row.trigger),
        "parts": row.plan["parts"],
        "unfilled": row.plan["unfilled"],
        "candidates": candidates,
        "constraint": REJECTIONS.get(constraint, constraint) if constraint else "",
        "constraint_site": row.plan["constraint_site"],
        "runner_up": row.plan["runner_up"],
        "preset": PRESET_NAMES.get(row.plan["weights"], row.plan["weights"]),
        "rules_version": row.question.get("rules_version", 0),
    }


def _read_day(text: str) -> date | None:
    """Return a day as an address has it; None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _list_sites(detail: OrderDetail) -> Sequence[str]:
    """Return the sites of the newest decision, for a person to choose from."""
    newest = next(iter(detail.decisions), None)
    return [] if newest is None else [it["site"] for it in newest.plan["candidates"]]
