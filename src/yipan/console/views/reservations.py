"""For whom stock is set aside (预占), since when; and giving back what nobody asks for any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.queries.groups import find_sku_names
from yipan.oms.queries.promised import OrderOfPromise, find_orders_of
from yipan.pool import promises
from yipan.pool.book import SITE_BOOK
from yipan.pool.promises import PromiseWrongState
from yipan.pool.queries import ListedPromise, PromiseDetail, PromiseFilter, find_promises
from yipan.pool.queries import list_promises as list_rows
from yipan.pool.queries.channels import list_channel_names

ROWS_PER_PAGE = 50
RELEASED_AT_ONCE_MAX = 100
#: So many goods of a promise are named in the list; the rest is counted.
LINES_SHOWN = 3
DAYS = (1, 3, 7, 30)

#: State of a promise to its word and tone.
STATES: Mapping[str, tuple[str | Promise, str]] = {
    "reserved": (gettext_lazy("Reserved"), "info"),
    "held": (gettext_lazy("Held"), "info"),
    "released": (gettext_lazy("Given back"), "quiet"),
    "expired": (gettext_lazy("Time was over"), "quiet"),
    "fulfilled": (gettext_lazy("Fulfilled"), "good"),
}

#: The step that ended a promise; of others, and of what left, the number opens how it began.
STEPS = {"released": "release", "expired": "expire"}


class CountedOn(Refusal):
    """An open order counts on it. Cancel or reduce the order; that gives the goods back."""

    code = "reservation.counted_on"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a release would make, or made, of one promise. `refusal` says why nothing."""

    row: PromiseDetail
    state: tuple[str | Promise, str]
    order: OrderOfPromise | None
    refusal: Refusal | None
    sentence: str


@require_GET
@page(action="pool.read")
def list_reservations(request: HttpRequest) -> HttpResponse:
    """List for whom stock is set aside, the oldest first."""
    actor = get_actor(request)
    at = timezone.now()
    which = _read_filter(request, actor=actor, at=at)
    found = list_rows(which, after=request.GET.get("after", "")[:20], limit=ROWS_PER_PAGE + 1)
    rows = found[:ROWS_PER_PAGE]
    orders = _find_orders([row.detail for row in rows])
    lines = [line for row in rows for line in row.detail.lines]
    context = {
        "rows": [_describe(row, which=which, orders=orders, actor=actor, at=at) for row in rows],
        "next_after": rows[-1].cursor if len(found) > ROWS_PER_PAGE else "",
        "which": which,
        "days": request.GET.get("days", ""),
        "days_offered": DAYS,
        "channels": (kept := list_channel_names()),
        "channels_by_code": {row.code: row for row in kept},
        "sites": masterdata.list_sites(only=actor.sites),
        "places": masterdata.find_sites({line.site for line in lines if line.site}),
        "goods": find_sku_names({line.sku for line in lines}),
        "is_standing": which.state in {"reserved", "held"},
        "may_release": actor.may("pool.release"),
        "may_read_orders": actor.may("oms.read"),
    }
    return render(request, "console/pool/reservations.html", context)


@require_POST
@page(action="pool.release")
def release_chosen(request: HttpRequest) -> HttpResponse:
    """Show what releasing some promises would give back; with `go`, give it back."""
    actor = get_actor(request)
    numbers = list(dict.fromkeys(request.POST.getlist("number")))[:RELEASED_AT_ONCE_MAX]
    rows = find_promises(numbers, sites=actor.sites)
    if not rows:
        messages.error(request, _("Choose at least one first: by a click, or with x."))
        return redirect("pool:reservations")
    is_trial = "go" not in request.POST
    by = get_trace(request, reason=request.POST.get("reason", ""))
    at = timezone.now()
    orders = _find_orders(rows)
    refusals = [
        _judge(row, orders.get(row.number)) or (None if is_trial else _release(row, actor, by, at))
        for row in rows
    ]
    outcomes = [
        Outcome(
            row=row,
            state=STATES[row.state if refusal else "released"],
            order=orders.get(row.number),
            refusal=refusal,
            sentence=tell(refusal) if refusal else "",
        )
        for row, refusal in zip(rows, refusals, strict=True)
    ]
    refused = sum(refusal is not None for refusal in refusals)
    context = {
        "outcomes": outcomes,
        "goods": find_sku_names({line.sku for row in rows for line in row.lines}),
        "places": masterdata.find_sites({ln.site for row in rows for ln in row.lines if ln.site}),
        "is_trial": is_trial,
        "total": len(rows),
        "refused": refused,
        "taken": len(rows) - refused,
        "may_read_orders": actor.may("oms.read"),
    }
    return render(request, "console/pool/release.html", context)


def find_address(*, sku: str, site: str = "", state: str = "reserved") -> str:
    """Return the address of the list of promises behind a figure of a SKU."""
    asked = {"state": state, "sku": sku} | ({"site": site} if site else {})
    return f"{reverse('pool:reservations')}?{urlencode(asked)}"


def _judge(row: PromiseDetail, order: OrderOfPromise | None) -> Refusal | None:
    if row.state not in {"held", "reserved"}:
        return PromiseWrongState(number=row.number, state=row.state, step="release")
    if order is not None and order.is_open:
        return CountedOn(number=row.number, order=order.number)
    return None


def _release(row: PromiseDetail, actor: Actor, by: Trace, at: datetime) -> Refusal | None:
    try:
        promises.let_go(number=row.number, sites=actor.sites, by=by, at=at)
    except Refusal as refusal:
        return refusal
    return None


def _find_orders(rows: Sequence[PromiseDetail]) -> dict[str, OrderOfPromise]:
    return find_orders_of({row.number: row.external_id for row in rows})


def _read_filter(request: HttpRequest, *, actor: Actor, at: datetime) -> PromiseFilter:
    state = request.GET.get("state", "")
    site = request.GET.get("site", "")[:16]
    days = request.GET.get("days", "")
    is_known = days in {str(it) for it in DAYS}
    return PromiseFilter(
        state=state if state in STATES else "reserved",
        sku=request.GET.get("sku", "").strip()[:48],
        site=site if site and actor.sees(site) else "",
        channel=request.GET.get("channel", "")[:32],
        text=request.GET.get("q", "").strip()[:96],
        before=at - timedelta(days=int(days)) if is_known else None,
        sites=actor.sites,
    )


def _describe(
    row: ListedPromise,
    *,
    which: PromiseFilter,
    orders: Mapping[str, OrderOfPromise],
    actor: Actor,
    at: datetime,
) -> dict[str, object]:
    """Return a promise as the list shows it: what is asked about first."""
    detail = row.detail
    lines = sorted(
        detail.lines,
        key=lambda line: (line.sku != which.sku, line.site != which.site, line.sku, line.site),
    )
    order = orders.get(detail.number)
    is_over = detail.state == "held" and detail.expires_at is not None and detail.expires_at <= at
    step = STEPS.get(detail.state) or ("hold" if detail.state == "held" else "")
    step = step or ("commit" if detail.committed_at else "reserve")
    return {
        "row": row,
        "detail": detail,
        "state": STATES["expired" if is_over else detail.state],
        "lines": lines[:LINES_SHOWN],
        "more": max(0, len(lines) - LINES_SHOWN),
        "order": order,
        "is_free": actor.may("pool.release") and not (order and order.is_open),
        "posting": reverse("books:posting", args=[SITE_BOOK, f"promise/{detail.number}/{step}"]),
    }
