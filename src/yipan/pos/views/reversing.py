"""The step that undoes a posted document of a store (冲销)."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import take_reversal
from yipan.foundation.refusals import NotFound
from yipan.pos import queries
from yipan.pos.documents import adjustment, stock_opening, ticket_reversal, transfer_reversal
from yipan.pos.queries import transfers


@require_POST
@page(action="pos.reverse")
def reverse_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Undo a transfer receipt or shipment of a store."""
    get_actor(request).require_site(transfers.get_transfer(number).head.site.code)
    done = _("Reversed. The hub is told.")
    take_reversal(request, transfer_reversal.reverse, number=number, done=done)
    return redirect("pos:transfer", number=number)


@require_POST
@page(action="pos.reverse")
def reverse_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Undo an adjustment a store posted."""
    get_actor(request).require_site(queries.get_adjustment(number).head.site.code)
    done = _("Reversed. The hub is told.")
    take_reversal(request, adjustment.reverse, number=number, done=done)
    return redirect("pos:adjustment", number=number)


@require_POST
@page(action="pos.reverse")
def reverse_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what a store's book began with."""
    get_actor(request).require_site(queries.get_opening(number).site)
    done = _("Reversed. The hub is told.")
    take_reversal(request, stock_opening.reverse, number=number, done=done)
    return redirect("pos:stock_opening", number=number)


@require_POST
@page(action="pos.reverse")
def reverse_ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Take a sale back on its own day, by a ticket of its own number."""
    sites = queries.list_ticket_sites(number, sites=get_actor(request).sites)
    site = request.POST.get("site", "") or (sites[0] if len(sites) == 1 else "")
    if site not in sites:
        raise NotFound(kind="ticket", id=number)
    done = _("Taken back by a ticket of its own number. The hub is told.")
    take_reversal(request, partial(ticket_reversal.reverse, site=site), number=number, done=done)
    return redirect(f"{reverse('pos:ticket', args=[number])}?{urlencode({'site': site})}")
