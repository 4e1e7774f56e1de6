"""Stocktakes of a store (门店盘点): at the desk, and shelf by shelf at the store."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.doors import page
from yipan.pos.documents.count_desk import DESK
from yipan.pos.views.sites import find_store
from yipan.stocktake.pages import floor, office, planning


@require_GET
@page(action="pos.read")
def list_stocktakes(request: HttpRequest) -> HttpResponse:
    """List stocktakes, and how much of the store was looked at."""
    return office.show_list(request, DESK, site=find_store(request))


@require_http_methods(["GET", "POST"])
@page(action="pos.plan_count")
def plan_stocktake(request: HttpRequest) -> HttpResponse:
    """Plan a stocktake."""
    return planning.plan(request, DESK, site=find_store(request))


@require_http_methods(["GET", "POST"])
@page(action="pos.plan_count")
def edit_tolerances(request: HttpRequest) -> HttpResponse:
    """Show how far a count may be off, and set it."""
    return planning.show_tolerances(request, DESK, site=find_store(request))


@require_GET
@page(action="pos.read")
def show_stocktake(request: HttpRequest, number: str) -> HttpResponse:
    """Show one stocktake."""
    return office.show(request, DESK, number)


@require_POST
@page(action="pos.plan_count")
def step_stocktake(request: HttpRequest, number: str) -> HttpResponse:
    """Take a step of a stocktake."""
    return office.take(request, DESK, number)


@require_POST
@page(action="pos.plan_count")
def import_counts(request: HttpRequest, number: str) -> HttpResponse:
    """Take counts out of a file."""
    return office.take_file(request, DESK, number)


@require_http_methods(["GET", "POST"])
@page(action="pos.count")
def show_counting(request: HttpRequest) -> HttpResponse:
    """Show what is to be counted; a scan opens it."""
    return floor.show_tasks(request, DESK, site=find_store(request))


@require_http_methods(["GET", "POST"])
@page(action="pos.count")
def count_sheet(request: HttpRequest, number: str) -> HttpResponse:
    """Count one sheet."""
    return floor.count(request, DESK, number)


@require_POST
@page(action="pos.count")
def take_tags(request: HttpRequest, number: str) -> HttpResponse:
    """Take a list of radio tags into a sheet."""
    return floor.take_tags(request, DESK, number)
