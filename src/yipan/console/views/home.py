"""The first page after the log-in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from yipan.access.doors import page
from yipan.console import site_charts
from yipan.console.figures import list_figures
from yipan.console.reader import make_reader
from yipan.console.recent import list_recent
from yipan.console.waiting import list_work


@page(action="console.home")
def show_home(request: HttpRequest) -> HttpResponse:
    """Show the key figures of the reader's roles, and what needs a person now."""
    reader = make_reader(request)
    sites = site_charts.list_levels(reader)
    return render(
        request,
        "console/home.html",
        {
            "figures": list_figures(reader),
            "work": list_work(reader),
            "sites": sites,
            "reading": site_charts.describe(sites),
            "recent": list_recent(reader),
            "today": timezone.localdate(),
        },
    )


@page(action="ledger.read")
def chart_sites(request: HttpRequest) -> HttpResponse:
    """Answer the specification of the chart: stock by site, by the hub and by the site."""
    return JsonResponse(site_charts.draw(site_charts.list_levels(make_reader(request))))
