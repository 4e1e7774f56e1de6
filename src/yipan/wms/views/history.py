"""Movement history (库存流水) of a warehouse, and productivity (作业效率)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.doors import page
from yipan.documents.exports import answer_file
from yipan.foundation.moments import read_day
from yipan.wms.queries import movements
from yipan.wms.queries.movements import HistoryFilter
from yipan.wms.views.sites import get_warehouse, list_warehouses

ROWS_PER_PAGE = 100
TEXT_LENGTH_MAX = 96
DOCUMENT_TYPES = (
    "receipt", "bin_move", "outbound_order", "shipment", "adjustment", "inspection",
    "stock_opening", "kit_work",
)  # fmt: skip


@require_GET
@page(action="wms.read")
def list_movements(request: HttpRequest) -> HttpResponse:
    """Show what moved in a warehouse, by product, bin, document and person; or as a file."""
    site = get_warehouse(request)
    document_type = request.GET.get("type", "")
    which = HistoryFilter(
        site=site.code,
        sku=_read(request, "sku").upper(),
        bin_code=_read(request, "bin").upper(),
        document_type=document_type if document_type in DOCUMENT_TYPES else "",
        actor=_read(request, "by"),
    )
    if request.GET.get("format") == "csv":
        return _answer_file(which)
    rows, behind = movements.list_history(
        which, before=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "rows": rows,
        "after": behind,
        "which": which,
        "types": DOCUMENT_TYPES,
        "book_code": f"wms:{site.code}",
    }
    return render(request, "wms/movements.html", context)


@require_GET
@page(action="wms.read")
def show_paces(request: HttpRequest) -> HttpResponse:
    """Show how many lines an hour each person did of each task on a day: a hint at the process."""
    site = get_warehouse(request)
    zone = ZoneInfo(site.time_zone)
    day = read_day(request.GET.get("day", "")) or timezone.now().astimezone(zone).date()
    since = datetime.combine(day, time(0), tzinfo=zone)
    context = {
        "site": site,
        "warehouses": list_warehouses(request),
        "day": day,
        "rows": movements.list_paces(site.code, since=since, until=since + timedelta(days=1)),
    }
    return render(request, "wms/productivity.html", context)


def _answer_file(which: HistoryFilter) -> HttpResponse:
    """Return the movements as a file, as many as one holds."""
    rows, _behind = movements.list_history(which, limit=movements.ROWS_MAX)
    head = ("Happened", "Recorded", "Document", "SKU", "Product", "From", "To", "Lot", "Quantity")
    return answer_file(
        name=f"movements-{which.site}",
        file_format="csv",
        head=(*head, "By", "Device", "Why"),
        rows=[
            (
                row.occurred_at.isoformat(),
                row.recorded_at.isoformat(),
                row.origin,
                row.sku.code,
                row.sku.name,
                row.from_account,
                row.to_account,
                row.lot,
                row.quantity,
                row.actor,
                row.device,
                row.reason,
            )
            for row in rows
        ],
    )


def _read(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").strip()[:TEXT_LENGTH_MAX]
