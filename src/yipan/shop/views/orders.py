"""A shopper's orders: where each part is, the code for the counter, changing and canceling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.oms.queries.orders import FulfillmentRow, OrderDetail
from yipan.oms.queries.pickup_options import list_pickup_options
from yipan.shop import basket as baskets
from yipan.shop import offers, ordering
from yipan.shop.doors import is_htmx, open_to_all
from yipan.shop.views.catalog import make_frame

#: What a customer is told of each state of a part, its tone, and how far along it is.
PARTS: Mapping[str, tuple[str | Promise, str, int]] = {
    "released": (gettext_lazy("The team has your order"), "info", 1),
    "accepted": (gettext_lazy("Being picked"), "info", 1),
    "picked": (gettext_lazy("Packed"), "info", 1),
    "ready": (gettext_lazy("Ready for you"), "good", 2),
    "partly_shipped": (gettext_lazy("Part of it is on its way"), "info", 2),
    "shipped": (gettext_lazy("On its way to you"), "good", 3),
    "handed_over": (gettext_lazy("Picked up"), "good", 3),
}

STATES: Mapping[str, tuple[str | Promise, str]] = {
    "taken": (gettext_lazy("Placed"), "info"),
    "sourced": (gettext_lazy("Being prepared"), "info"),
    "backordered": (gettext_lazy("Waiting for goods"), "warn"),
    "partly_shipped": (gettext_lazy("Partly on its way"), "info"),
    "completed": (gettext_lazy("All done"), "good"),
    "canceled": (gettext_lazy("Called off"), "quiet"),
}

STEPS_OF_DELIVERY = (
    gettext_lazy("Placed"),
    gettext_lazy("Being prepared"),
    gettext_lazy("Packed"),
    gettext_lazy("On the way"),
)
STEPS_OF_PICK_UP = (
    gettext_lazy("Placed"),
    gettext_lazy("Being prepared"),
    gettext_lazy("Ready for you"),
    gettext_lazy("Picked up"),
)


STORES_OFFERED_MAX = 5


@open_to_all("GET")
def list_orders(request: HttpRequest, channel: str) -> HttpResponse:
    """List the orders placed in this browser."""
    basket = baskets.load(request)
    rows = []
    for number in basket.orders:
        token = ordering.make_token(number)
        try:
            detail = ordering.get_order(number, token=token, channel=channel)
        except NotFound:
            continue
        rows.append(_describe(detail, token=token))
    context = make_frame(channel, basket) | {"rows": rows}
    return render(request, "shop/orders.html", context)


@open_to_all("GET")
def show_order(request: HttpRequest, channel: str, number: str, token: str) -> HttpResponse:
    """Show how far an order is; the part that changes is asked for again by itself."""
    detail = ordering.get_order(number, token=token, channel=channel)
    context = make_frame(channel, baskets.load(request)) | _describe(detail, token=token)
    return render(request, "shop/_order.html" if is_htmx(request) else "shop/order.html", context)


@open_to_all("POST")
def cancel_order(request: HttpRequest, channel: str, number: str, token: str) -> HttpResponse:
    """Cancel what of an order has not left."""
    ordering.get_order(number, token=token, channel=channel)
    try:
        ordering.cancel(number, channel=channel, at=timezone.now(), message_id=make_id())
    except Refusal:
        messages.warning(request, _("It has left already: give it back in any of our stores."))
    else:
        messages.success(request, _("Canceled. What has left meanwhile can be given back."))
    return redirect("shop:order", number=number, token=token)


@open_to_all("POST")
def move_pickup(request: HttpRequest, channel: str, number: str, token: str) -> HttpResponse:
    """Fetch it at another store, or have it sent, when the chosen store will not have it."""
    ordering.get_order(number, token=token, channel=channel)
    site = request.POST.get("site", "")[:16]
    address = request.POST.get("address", "").strip()[:300]
    try:
        ordering.move_pickup(
            number,
            site=site,
            address=address,
            channel=channel,
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal:
        messages.warning(request, _("That did not work any more. Choose another way."))
    else:
        messages.success(request, _("Changed. We tell you here how far it is."))
    return redirect("shop:order", number=number, token=token)


@open_to_all("POST")
def change_order(request: HttpRequest, channel: str, number: str, token: str) -> HttpResponse:
    """Take some of an order less than was ordered."""
    detail = ordering.get_order(number, token=token, channel=channel)
    wanted = {}
    for line in detail.lines:
        text = request.POST.get(f"quantity-{line.line}", "").strip()
        if text.isascii() and text.isdecimal() and len(text) <= 9:
            wanted[line.line] = int(text)
    try:
        ordering.change(
            number, wanted=wanted, channel=channel, at=timezone.now(), message_id=make_id()
        )
    except Refusal:
        messages.warning(request, _("It is too far along to be changed."))
    else:
        messages.success(request, _("Changed. The team was told."))
    return redirect("shop:order", number=number, token=token)


def _describe(detail: OrderDetail, *, token: str) -> dict[str, Any]:
    at = timezone.now()
    known = masterdata.find_skus([line.sku for line in detail.lines])
    shown = [row for row in detail.fulfillments if row.state in PARTS]
    sites = masterdata.find_sites({row.site for row in shown} | {detail.pickup_site} - {""})
    label, tone = STATES.get(detail.state, STATES["taken"])
    lines = [
        {
            "row": line,
            "sku": known.get(line.sku),
            "picture": offers.find_picture(known[line.sku].category)
            if line.sku in known
            else "package",
            "hue": sum(known[line.sku].category.encode()) % 6 if line.sku in known else 0,
            "left": line.quantity - line.quantity_canceled,
        }
        for line in detail.lines
    ]
    is_pickup = detail.method == "pickup"
    is_waiting = is_pickup and any(line.quantity_waiting for line in detail.lines)
    is_open = detail.state not in {"completed", "canceled"}
    return {
        "order": detail,
        "token": token,
        "label": label,
        "tone": tone,
        "lines": lines,
        "parts": [_describe_part(row, sites=sites, at=at) for row in shown],
        "steps": _list_steps(STEPS_OF_PICK_UP if is_pickup else STEPS_OF_DELIVERY, detail, shown),
        "store": sites.get(detail.pickup_site),
        "is_open": is_open,
        "instead": _list_instead(detail.number, at=at) if is_open and is_waiting else None,
        "can_change": is_open and all(row.state in {"released", "accepted"} for row in shown),
        "total": sum(
            line.amount_minor * (line.quantity - line.quantity_canceled) // line.quantity
            for line in detail.lines
        ),
    }


def _list_instead(number: str, *, at: datetime) -> dict[str, Any]:
    """Return what a customer may choose when the store will not have it."""
    found = list_pickup_options(number, at=at)
    return {
        "stores": [
            (it.site, offers.write_when(it.ready_on, it.ready_at, at=at))
            for it in found.stores[:STORES_OFFERED_MAX]
        ],
        "ship": offers.write_day(found.ship_on, at=at) if found.ship_on else "",
        "address": found.address,
    }


def _describe_part(
    row: FulfillmentRow, *, sites: Mapping[str, SiteRow], at: datetime
) -> dict[str, Any]:
    label, tone, _step = PARTS[row.state]
    return {
        "row": row,
        "site": sites.get(row.site),
        "label": label,
        "tone": tone,
        "due": _write_due(row, sites.get(row.site), at=at),
        "quantity": sum(quantity for _sku, quantity, *_rest in row.lines),
    }


def _write_due(row: FulfillmentRow, site: SiteRow | None, *, at: datetime) -> str:
    """Write by when a part is there, or ready: its day, and the hour in the store's own time."""
    if row.due_on is None:
        return ""
    hour = row.ready_at.astimezone(ZoneInfo(site.time_zone)) if row.ready_at and site else None
    return offers.write_when(row.due_on, hour, at=at)


def _list_steps(
    names: tuple[str | Promise, ...], detail: OrderDetail, shown: list[FulfillmentRow]
) -> list[tuple[str | Promise, str]]:
    """Return the steps of an order with what each is: done, now or later."""
    if detail.state == "canceled":
        return []
    reached = min((PARTS[row.state][2] for row in shown), default=0)
    if detail.state == "completed":
        reached = len(names)
    return [
        (name, "done" if place < reached else "now" if place == reached else "later")
        for place, name in enumerate(names)
    ]
