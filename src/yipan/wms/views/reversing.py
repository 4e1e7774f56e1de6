"""The step that undoes a posted document of a warehouse (冲销)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import take_reversal
from yipan.wms import queries
from yipan.wms.documents.inbound import receipt_reversal
from yipan.wms.documents.stock import stock_opening


@require_POST
@page(action="wms.reverse")
def reverse_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Undo a receipt: it did not happen, or was written down wrongly."""
    get_actor(request).require_site(queries.get_receipt_site(number))
    done = _("Reversed. The goods are expected again; the hub is told.")
    take_reversal(request, receipt_reversal.reverse, number=number, done=done)
    return redirect("wms:receipt", number=number)


@require_POST
@page(action="wms.reverse")
def reverse_opening(request: HttpRequest, number: str) -> HttpResponse:
    """Take back what a warehouse's book began with."""
    get_actor(request).require_site(queries.get_opening(number).site)
    done = _("Reversed. The hub is told.")
    take_reversal(request, stock_opening.reverse, number=number, done=done)
    return redirect("wms:stock_opening", number=number)
