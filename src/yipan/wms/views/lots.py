"""Lots and their days (批次, 效期), and what the site asks of goods that come in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms.documents import site_rules
from yipan.wms.documents.site_rules import Asked, RuleWrong
from yipan.wms.models.inspection import ScanProfile
from yipan.wms.queries import goods_rules, lots
from yipan.wms.views.sites import get_warehouse, list_warehouses

ROWS_SHOWN_MAX = 500
SOON_DAYS = 30
TEXT_LENGTH_MAX = 96


@require_GET
@page(action="wms.read")
def list_lots(request: HttpRequest) -> HttpResponse:
    """List the lots of a warehouse, what expires first on top."""
    site = get_warehouse(request)
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    group = request.GET.get("days", "")
    within = {"soon": SOON_DAYS, "over": -1}.get(group)
    today = masterdata.get_business_date(site.code, timezone.now())
    rows = lots.list_lot_stock(site=site.code, today=today, text=text, within_days=within)
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "book_code": f"wms:{site.code}",
        "rows": rows[:ROWS_SHOWN_MAX],
        "text": text,
        "group": group if group in ("soon", "over") else "",
        "soon_days": SOON_DAYS,
        "may_rule": get_actor(request).may("wms.rule"),
    }
    return render(request, "wms/lots.html", context)


@require_GET
@page(action="wms.read")
def show_lot(request: HttpRequest) -> HttpResponse:
    """Show one lot: `site`, `sku` and `lot` name it, since a code alone names none."""
    site = get_warehouse(request)
    sku, code = request.GET.get("sku", ""), request.GET.get("lot", "")
    if not (sku and code):
        return redirect(f"{reverse('wms:lots')}?site={site.code}")
    detail = lots.get_lot(site.code, sku=sku, code=code)
    today = masterdata.get_business_date(site.code, timezone.now())
    context = {
        "site": site,
        "detail": detail,
        "days_left": detail.lot.get_days_left(today),
        "serials": lots.list_serials(site.code, sku=sku),
        "book_code": f"wms:{site.code}",
    }
    return render(request, "wms/lot.html", context)


@require_http_methods(["GET", "POST"])
@page(action="wms.rule")
def edit_rules(request: HttpRequest) -> HttpResponse:
    """Keep what is asked of goods that come in, and what is scanned in each zone."""
    site = get_warehouse(request)
    if request.method == "POST":
        try:
            _save(request, site.code)
        except Refusal as refusal:
            messages.error(request, f"{tell(refusal)} ({refusal.code})")
        else:
            messages.success(request, _("Saved. It holds from the next scan on."))
        return redirect(f"{reverse('wms:rules')}?site={site.code}")
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "rules": goods_rules.list_goods_rules(site.code),
        "zones": goods_rules.list_zone_rules(site.code),
        "profiles": ScanProfile.choices,
        "suppliers": masterdata.list_suppliers(only_active=True, limit=500),
    }
    return render(request, "wms/rules.html", context)


def _save(request: HttpRequest, site: str) -> None:
    by, at = get_trace(request), timezone.now()
    if "drop" in request.POST:
        text = request.POST["drop"]
        site_rules.drop_goods_rule(site=site, rule_id=int(text) if text.isdecimal() else 0)
        return
    if "zone" in request.POST:
        site_rules.set_scan_profile(
            site=site,
            zone=request.POST["zone"],
            scan_profile=request.POST.get("scan_profile", ""),
            by=by,
            at=at,
        )
        return
    site_rules.set_goods_rule(
        site=site,
        asked=Asked(
            sku=request.POST.get("sku", "").strip().upper(),
            supplier=request.POST.get("supplier", ""),
            minimum_life_days=_read_number(request, "minimum_life_days"),
            warning_life_days=_read_number(request, "warning_life_days"),
            sampling_percent=_read_number(request, "sampling_percent"),
            is_blind=request.POST.get("is_blind") == "1",
        ),
        by=by,
        at=at,
    )


def _read_number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip() or "0"
    if not text.isdecimal() or len(text) > 6:
        raise RuleWrong(field=name)
    return int(text)
