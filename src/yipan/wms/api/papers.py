"""Papers of a warehouse over the API, as PDF."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Router

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.documents.printing import PDF_ANSWER, answer_paper, choose_language
from yipan.masterdata import queries as masterdata
from yipan.wms import papers
from yipan.wms.queries import outbound_orders, parcels

router = Router()


@router.get("/outbound-orders/{number}/pick-list", openapi_extra=PDF_ANSWER)
@endpoint(action="wms.read")
def print_pick_list(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the pick list of an order (拣货单), in the order one walks."""
    order = outbound_orders.get_outbound_order(number)
    get_actor(request).require_site(order.head.site.code)
    content = papers.print_pick_list(
        number=number,
        site=order.head.site,
        picks=order.picks,
        language=choose_language(request),
    )
    return answer_paper(content, name=f"pick-list-{number}")


@router.get("/parcels/{number}/paper", openapi_extra=PDF_ANSWER)
@endpoint(action="wms.read")
def print_packing_slip(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the packing slip of a parcel (装箱单), or the list of a pallet."""
    site = parcels.get_parcel_site(number)
    get_actor(request).require_site(site)
    content = papers.print_packing_slip(
        parcels.get_parcel(number),
        site=masterdata.get_site(site),
        language=choose_language(request),
    )
    return answer_paper(content, name=number)


@router.get("/parcels/{number}/label", openapi_extra=PDF_ANSWER)
@endpoint(action="wms.read")
def print_label(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the label of a parcel or pallet: GS1-128 with its SSCC."""
    get_actor(request).require_site(parcels.get_parcel_site(number))
    content = papers.print_parcel_label(
        parcels.get_parcel(number).head, language=choose_language(request)
    )
    return answer_paper(content, name=f"label-{number}")
