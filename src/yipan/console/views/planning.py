"""Answers the pictures of planning."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console import planning_charts

TEXT_LENGTH_MAX = 96


@require_GET
@page(action="planning.read")
def chart_history(request: HttpRequest) -> HttpResponse:
    """Answer the specification of sales and forecast of a SKU at a site."""
    sku, site = _read(request)
    return JsonResponse(
        planning_charts.draw_history(sku=sku, site=site, today=timezone.localdate())
    )


@require_GET
@page(action="planning.read")
def chart_projection(request: HttpRequest) -> HttpResponse:
    """Answer the specification of the stock to come of a SKU at a site."""
    sku, site = _read(request)
    today = timezone.localdate()
    return JsonResponse(planning_charts.draw_projection(sku=sku, site=site, today=today))


@require_GET
@page(action="planning.read")
def chart_map(request: HttpRequest) -> HttpResponse:
    """Answer the specification of the ways between stores."""
    return JsonResponse(planning_charts.draw_map(sites=get_actor(request).sites))


@require_GET
@page(action="planning.read")
def chart_frontier(request: HttpRequest) -> HttpResponse:
    """Answer the specification of stock against service of a segment."""
    segment = request.GET.get("segment", "")[:TEXT_LENGTH_MAX]
    return JsonResponse(planning_charts.draw_frontier(segment))


def _read(request: HttpRequest) -> tuple[str, str]:
    """Return SKU and site asked for; a site out of the reader's scope is not found."""
    site = request.GET.get("site", "")[:16]
    actor = get_actor(request)
    if site:
        actor.require_site(site)
    return request.GET.get("sku", "")[:48], site
