"""One click for a pick-up whose store will not have it: another store, or a parcel."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.ids import make_id
from yipan.oms.documents import pickup_moving
from yipan.oms.documents.pickup_moving import Instead
from yipan.oms.queries import orders
from yipan.oms.queries.pickup_options import list_pickup_options


@require_GET
@page(action="oms.order.write")
def show_choices(request: HttpRequest, number: str) -> HttpResponse:
    """Show where a refused pick-up could go; the board fetches it per order as it comes up."""
    sites = get_actor(request).sites
    orders.get_order(number, sites=sites)
    context = {
        "options": list_pickup_options(number, at=timezone.now(), sites=sites),
        "number": number,
        "is_board": True,
    }
    return render(request, "oms/_pickup_choices.html", context)


@require_POST
@page(action="oms.order.write")
def move_pickup(request: HttpRequest, number: str) -> HttpResponse:
    """Let what waits be fetched at the store chosen, or be sent."""
    actor = get_actor(request)
    orders.get_order(number, sites=actor.sites)
    site = request.POST.get("site", "")[:16]
    if site:
        actor.require_site(site)
    instead = Instead(site=site, address=request.POST.get("address", ""))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: pickup_moving.move(
            number=number, instead=instead, by=trace, at=timezone.now(), message_id=make_id()
        ),
        done=_("Moved. The other place was told, and the customer sees it."),
    )
    if "board" in request.POST:
        return redirect("oms:board")
    return redirect("oms:order", number=number)
