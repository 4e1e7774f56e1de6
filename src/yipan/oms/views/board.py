"""The board of the order desk (订单台): the figures of the day, and what needs a person now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.masterdata import queries as masterdata
from yipan.oms.queries.desk import read_board
from yipan.oms.queries.exceptions import (
    KINDS,
    ROWS_PER_KIND,
    Exception_,
    count_exceptions,
    list_exceptions,
)
from yipan.pool.queries.channels import list_channel_names

ROWS_PER_PAGE = 50

#: Kind of an exception to what it means, and its tone.
WORDS: Mapping[str, tuple[str | Promise, str]] = {
    "pickup_refused": (gettext_lazy("The store will not have it ready"), "bad"),
    "unfulfillable": (gettext_lazy("No site can send it"), "bad"),
    "at_risk": (gettext_lazy("Its goods come later than promised"), "bad"),
    "expiring": (gettext_lazy("What waits is canceled soon"), "warn"),
    "late": (gettext_lazy("Late at the site"), "bad"),
    "silent": (gettext_lazy("The site has not answered"), "warn"),
    "short_at_site": (gettext_lazy("The site finds too little"), "warn"),
    "cancel_unanswered": (gettext_lazy("Asked to stop, no answer"), "warn"),
    "unrefunded": (gettext_lazy("Came back, not refunded"), "warn"),
}

#: Why a site will not do it, as sites tell it.
REASONS: Mapping[str, str | Promise] = {
    "not_found": gettext_lazy("Not found"),
    "damaged": gettext_lazy("Damaged"),
    "no_staff": gettext_lazy("Nobody free"),
    "closed": gettext_lazy("Store closes"),
    "too_late": gettext_lazy("Nobody accepted it in time"),
    "other": gettext_lazy("Other reason"),
}


@require_GET
@page(action="oms.read")
def show_board(request: HttpRequest) -> HttpResponse:
    """Show the figures of the day, and what needs a person now: all kinds, or one by pages."""
    actor = get_actor(request)
    at = timezone.now()
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    after = request.GET.get("after", "")[:9]
    skip = int(after) if kind and after.isdecimal() else 0
    counts = count_exceptions(at=at, sites=actor.sites)
    limit = ROWS_PER_PAGE if kind else ROWS_PER_KIND
    kinds = [name for name, count in counts.items() if count and kind in {"", name}]
    found = list_exceptions(at=at, sites=actor.sites, kinds=kinds, skip=skip, limit=limit)
    may_write = actor.may("oms.order.write")
    context = {
        "board": read_board(at=at, sites=actor.sites),
        "exceptions": [_describe(row, may_write=may_write) for row in found],
        "today": masterdata.get_office_date(at),
        "total": sum(counts.values()),
        "kind": kind,
        "kinds": [
            {"kind": name, "what": WORDS[name][0], "count": count}
            for name, count in counts.items()
            if count or name == kind
        ],
        "more": [
            {"kind": name, "what": WORDS[name][0], "count": count - limit}
            for name, count in counts.items()
            if not kind and count > limit
        ],
        "next_after": str(skip + limit) if kind and counts[kind] > skip + limit else "",
        "places": masterdata.find_sites({row.site for row in found}),
        "channels": {row.code: row for row in list_channel_names()},
    }
    is_part = "HX-Request" in request.headers
    return render(request, "oms/_board.html" if is_part else "oms/board.html", context)


def _describe(row: Exception_, *, may_write: bool) -> dict[str, Any]:
    what, tone = WORDS[row.kind]
    return {
        "row": row,
        "what": what,
        "text": REASONS.get(row.text, row.text),
        "tone": tone,
        "is_movable": may_write and row.kind == "pickup_refused",
    }
