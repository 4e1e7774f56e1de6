"""Papers of a warehouse as PDF: pick lists, packing slips, labels of parcels and bins."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.printing import answer_paper, choose_language
from yipan.masterdata import queries as masterdata
from yipan.wms import papers
from yipan.wms.queries import outbound_orders, parcels, picking
from yipan.wms.views.sites import get_warehouse

BIN_LENGTH_MAX = 32


@require_GET
@page(action="wms.read")
def print_wave(request: HttpRequest, number: str) -> HttpResponse:
    """Show the batch pick list of a wave as PDF."""
    site = picking.get_walk_site(number)
    get_actor(request).require_site(site)
    content = papers.print_pick_list(
        number=number,
        site=masterdata.get_site(site),
        picks=picking.list_wave_picks(number),
        language=choose_language(request),
    )
    return answer_paper(content, name=f"pick-list-{number}")


@require_GET
@page(action="wms.read")
def print_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show the pick list of an order as PDF."""
    order = outbound_orders.get_outbound_order(number)
    get_actor(request).require_site(order.head.site.code)
    content = papers.print_pick_list(
        number=number,
        site=order.head.site,
        picks=order.picks,
        language=choose_language(request),
    )
    return answer_paper(content, name=f"pick-list-{number}")


@require_GET
@page(action="wms.read")
def print_parcel(request: HttpRequest, number: str) -> HttpResponse:
    """Show the packing slip of a parcel, or the list of a pallet, as PDF."""
    site = parcels.get_parcel_site(number)
    get_actor(request).require_site(site)
    content = papers.print_packing_slip(
        parcels.get_parcel(number),
        site=masterdata.get_site(site),
        language=choose_language(request),
    )
    return answer_paper(content, name=number)


@require_GET
@page(action="wms.read")
def print_parcel_label(request: HttpRequest, number: str) -> HttpResponse:
    """Show the label of a parcel or pallet as PDF."""
    get_actor(request).require_site(parcels.get_parcel_site(number))
    head = parcels.get_parcel(number).head
    content = papers.print_parcel_label(head, language=choose_language(request))
    return answer_paper(content, name=f"label-{number}")


@require_GET
@page(action="wms.read")
def print_bin_labels(request: HttpRequest) -> HttpResponse:
    """Show labels of bins as PDF, of all whose code holds what is asked for."""
    site = get_warehouse(request)
    text = request.GET.get("q", "")[:BIN_LENGTH_MAX]
    rows = masterdata.list_bins(site.code, text=text, only_active=True)
    if not rows:
        messages.error(request, _("No bin is written like that."))
        return redirect(f"{reverse('wms:map')}?site={site.code}")
    content = papers.print_bin_labels(rows, language=choose_language(request))
    return answer_paper(content, name=f"bins-{site.code}")
