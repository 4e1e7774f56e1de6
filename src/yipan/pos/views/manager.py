"""The store manager's page: today's sales, stock alerts, open work, devices, differences."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.exchange.queries import SourceRow, list_sources
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries
from yipan.pos.queries import DifferenceFilter, HourRow
from yipan.pos.views.sites import get_store, list_stores

#: So little on the floor that somebody should look.
LOW_QUANTITY = 3
ALERTS_SHOWN_MAX = 12
DAYS_SHOWN_MAX = 8


@require_GET
@page(action="pos.manage")
def show_store(request: HttpRequest) -> HttpResponse:
    """Show a store at a glance."""
    store = get_store(request)
    today = masterdata.get_business_date(store.code, timezone.now())
    hours = queries.list_sales_by_hour(site=store, business_date=today)
    stock = queries.list_stock(site=store.code)
    floor = [row for row in stock if row.status == "available" and row.place == "shop_floor"]
    context = {
        "store": store,
        "stores": list_stores(request),
        "book_code": f"pos:{store.code}",
        "today": today,
        "hours": hours,
        "bars": _draw(hours),
        "chart_width": len(_draw(hours)) * 40 + 8,
        "amount_minor": sum(row.amount_minor for row in hours),
        "ticket_count": sum(row.ticket_count for row in hours),
        "below": [row for row in stock if row.quantity < 0][:ALERTS_SHOWN_MAX],
        "low": [row for row in floor if 0 <= row.quantity <= LOW_QUANTITY][:ALERTS_SHOWN_MAX],
        "work": queries.get_work(store.code),
        "differences": queries.list_differences(
            DifferenceFilter(states=("open", "counted"), sites=frozenset({store.code})),
            limit=ALERTS_SHOWN_MAX,
        ),
        "days": queries.list_days(
            sites=frozenset({store.code}), site=store.code, limit=DAYS_SHOWN_MAX
        ),
        "behind": _list_behind(store),
        "may_transfer": get_actor(request).may("pos.transfer"),
    }
    return render(request, "pos/manager.html", context)


def _list_behind(store: SiteRow) -> list[SourceRow]:
    """Return the devices of a store of which something is told and not booked yet."""
    rows = list_sources(sites={store.code})
    return [row for row in rows if row.site == store.code and row.is_behind]


def _draw(hours: list[HourRow]) -> list[dict[str, int]]:
    """Return a bar for each hour between the first and the last sale; heights in percent."""
    if not hours:
        return []
    by_hour = {row.hour: row for row in hours}
    highest = max(*(row.amount_minor for row in hours), 1)
    bars = []
    for place, hour in enumerate(range(hours[0].hour, hours[-1].hour + 1)):
        amount = by_hour[hour].amount_minor if hour in by_hour else 0
        height = max(amount, 0) * 100 // highest
        bars.append(
            {
                "hour": hour,
                "amount_minor": amount,
                "x": place * 40,
                "y": 100 - height,
                "height": height,
                "label_x": place * 40 + 16,
            }
        )
    return bars
