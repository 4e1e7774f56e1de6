"""Answers the pictures of the stock overview."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console import stock_charts
from yipan.console.charts import Cell
from yipan.console.formats import write_clock
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


@require_GET
@page(action="ledger.read")
def show_heat_table(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of the table behind the heat map."""
    cells = stock_charts.read_heat(read_filter(request, actor=get_actor(request)))
    columns, rows = stock_charts.tabulate(cells)
    return render(request, "console/_stock_table.html", {"columns": columns, "rows": rows})


@require_GET
@page(action="ledger.read")
def show_trend_table(request: HttpRequest) -> HttpResponse:
    """Answer the fragment of the table behind the days, the last day first."""
    points = stock_charts.read_trend(read_filter(request, actor=get_actor(request)))
    cells = [
        Cell(column=point.series, row=write_clock(point.at), value=point.value)
        for point in reversed(points)
    ]
    columns, rows = stock_charts.tabulate(cells)
    return render(request, "console/_stock_table.html", {"columns": columns, "rows": rows})
