"""Page of cash sheets (现金日报): the drawers of all stores, day by day."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.erp.queries.cash_sheets import list_cash_sheets
from yipan.foundation.moments import read_day

DAYS = 14
CASH_TYPES = {
    "float": _("Float"),
    "pay_in": _("Pay in"),
    "pay_out": _("Pay out"),
    "drop": _("To the safe"),
}


@require_GET
@page(action="erp.read_cash")
def list_sheets(request: HttpRequest) -> HttpResponse:
    """List what should lie in the drawers and did, the newest day first."""
    actor = get_actor(request)
    last = read_day(request.GET.get("on", "")) or timezone.localdate()
    site = find_chosen_site(request, actor=actor)
    sheets = list_cash_sheets(
        first=last - timedelta(days=DAYS - 1), last=last, site=site, sites=actor.sites
    )
    context = {
        "sheets": [
            (sheet, [(CASH_TYPES[move.cash_type], move) for move in sheet.moves])
            for sheet in sheets
        ],
        "last": last,
        "days": DAYS,
        "earlier": last - timedelta(days=DAYS),
        "later": last + timedelta(days=DAYS),
        "is_today": last >= timezone.localdate(),
    }
    return render(request, "erp/cash_sheets.html", context)
