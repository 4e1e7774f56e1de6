"""The step that undoes a posted document of a store (冲销)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import take_reversal
from yipan.pos import queries
from yipan.pos.documents import adjustment, stock_opening, transfer_reversal
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
