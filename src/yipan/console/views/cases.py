"""Answers the picture of a case."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.console import case_charts
from yipan.recon.queries.between import read_between
from yipan.recon.queries.cases import get_case_site


@require_GET
@page(action="recon.read")
def chart_case(request: HttpRequest, number: str) -> HttpResponse:
    """Answer the specification of the chart of a case."""
    get_actor(request).require_site(get_case_site(number))
    return JsonResponse(case_charts.draw_case(read_between(number, now=timezone.now())))
