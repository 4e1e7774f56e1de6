"""Steps around a delivery: it arrives, is matched to its order later, or is a customer's return."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step
from yipan.foundation.ids import make_id
from yipan.wms import queries
from yipan.wms.documents.inbound import receipt, receipt_matching
from yipan.wms.documents.inbound.receipt import Opening
from yipan.wms.documents.stock import bin_move
from yipan.wms.models.receipt import CountMode
from yipan.wms.views.sites import get_warehouse


@require_POST
@page(action="wms.receive")
def arrive(request: HttpRequest, number: str) -> HttpResponse:
    """Write down that a delivery is at the gate."""
    get_actor(request).require_site(queries.get_inbound_order(number).head.site.code)
    step = partial(
        receipt_matching.arrive,
        number=number,
        dock=request.POST.get("dock", ""),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    take_step(request, step, done=_("It is at the gate. The hub is told."))
    return redirect("wms:inbound_order", number=number)


@require_POST
@page(action="wms.receive")
def match_receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Say to which order goods belong that came without one."""
    get_actor(request).require_site(queries.get_receipt_site(number))
    step = partial(
        receipt_matching.match,
        number=number,
        inbound_order_number=request.POST.get("order", "").strip().upper(),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    take_step(request, step, done=_("Matched. The order moves on, the hub is told."))
    return redirect("wms:receipt", number=number)


@require_POST
@page(action="wms.receive")
def open_return(request: HttpRequest) -> HttpResponse:
    """Begin to count what a customer sends back; the order it was sold with names it."""
    site = get_warehouse(request)
    partner = request.POST.get("order", "").strip()[:64]
    if not partner:
        messages.error(request, _("Scan or type the order the goods were sold with."))
        return redirect(f"{reverse('wms:receiving')}?site={site.code}")
    opened = receipt.open_receipt(
        opening=Opening(
            site=site.code,
            order_type=receipt.CUSTOMER_RETURN,
            partner_document=partner,
            count_mode=CountMode.UNIT,
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return redirect("wms:count", number=opened.number)


@require_POST
@page(action="wms.move")
def reverse_move(request: HttpRequest, number: str) -> HttpResponse:
    """Take a bin move back: the goods are where they were, in the book."""
    get_actor(request).require_site(queries.get_bin_move(number).site)
    step = partial(
        bin_move.reverse,
        number=number,
        by=get_trace(request, reason=request.POST.get("reason", "")),
        at=timezone.now(),
    )
    take_step(request, step, done=_("Taken back: the book is as it was before the move."))
    return redirect("wms:bin_move", number=number)
