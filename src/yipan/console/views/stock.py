"""Answers the pictures of the stock overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console import stock_charts
from yipan.erp.views.stock import read_filter


@require_GET
@page(action="ledger.read")
def chart_heat(request: HttpRequest) -> HttpResponse:
    """Answer the specification of the heat map of stock."""
    which = read_filter(request, actor=get_actor(request))
    return JsonResponse(stock_charts.draw_heat(which))


@require_GET
@page(action="ledger.read")
def chart_trend(request: HttpRequest) -> HttpResponse:
    """Answer the specification of stock at the end of each day."""
    which = read_filter(request, actor=get_actor(request))
    return JsonResponse(stock_charts.draw_trend(which))
