"""Counts of a store on a handheld, blind; and its differences, for the manager (抽盘, 差异)."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries, rules
from yipan.pos.documents import difference, store_count
from yipan.pos.documents.store_count import Seen
from yipan.pos.queries import DifferenceFilter
from yipan.pos.rules.adjustments import DISPLAY
from yipan.pos.views.scanned import find_scanned
from yipan.pos.views.sites import get_store
from yipan.pos.views.stock_work import read_id
from yipan.pos.views.transfers import read_quantity

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
STATES = ("open", "counted", "closed")

PLACES: Mapping[str, str | Promise] = {
    rules.SHOP_FLOOR: gettext_lazy("Shop floor"),
    rules.BACKROOM: gettext_lazy("Backroom"),
    DISPLAY: gettext_lazy("Display"),
}


@require_http_methods(["GET", "POST"])
@page(action="pos.count")
def show_counts(request: HttpRequest) -> HttpResponse:
    """Show what is to be counted; a scan opens a product, a number counts it. Blind."""
    store = get_store(request)
    if request.method == "POST" and _record(request, store):
        return redirect(f"{reverse('pos:counts')}?{urlencode({'site': store.code})}")
    found = find_scanned(request, store)
    tasks = queries.list_counts(site=store.code, limit=ROWS_PER_PAGE)
    asked = [row for row in tasks if found is not None and row.sku.code == found.sku.code]
    place = request.GET.get("place", "") or request.POST.get("place", "")
    context = {
        "store": store,
        "found": found,
        "tasks": tasks,
        "places": PLACES,
        "place": place or (asked[0].place if asked else rules.SHOP_FLOOR),
        "quantity": request.POST.get("quantity", ""),
        "message_id": make_id(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/counts.html", context, status=status)


@require_GET
@page(action="pos.manage")
def list_differences(request: HttpRequest) -> HttpResponse:
    """List differences of stores."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    which = DifferenceFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=(state,) if state in STATES else (),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_differences(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "state": state if state in STATES else "",
        "states": STATES,
        "after": rows[-1].difference_id if len(rows) == ROWS_PER_PAGE else "",
        "may_count": actor.may("pos.count"),
    }
    return render(request, "pos/differences.html", context)


@require_GET
@page(action="pos.manage")
def show_difference(request: HttpRequest, number: str) -> HttpResponse:
    """Show one difference: what showed it, what was counted, what corrected it."""
    actor = get_actor(request)
    row = queries.get_difference(number)
    actor.require_site(row.site.code)
    history = read_history(
        document_type=difference.DOCUMENT_TYPE,
        number=number,
        postings=[],
        message_ids=[row.message_id],
    )
    context = {
        "row": row,
        "history": history,
        "place": PLACES.get(row.place, row.place),
        "may_settle": actor.may("pos.settle_difference"),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "pos/difference.html", context)


@require_POST
@page(action="pos.settle_difference")
def settle(request: HttpRequest, number: str) -> HttpResponse:
    """Settle a difference: what the count found becomes an adjustment."""
    get_actor(request).require_site(queries.get_difference(number).site.code)
    by, at = get_trace(request, reason=request.POST.get("reason", "")), timezone.now()
    roles = sorted(get_actor(request).roles)
    take_step(
        request,
        lambda: difference.settle(
            number=number,
            by=by,
            roles=roles,
            at=at,
            message_id=make_id(),
        ),
        done=_("%(number)s is settled.") % {"number": number},
    )
    return redirect("pos:difference", number=number)


def _record(request: HttpRequest, store: SiteRow) -> bool:
    """Write down what was counted; return whether the page is done with it."""
    text = request.POST.get("quantity", "")
    quantity = read_quantity(text) if text.strip() else None
    if quantity is None:
        messages.error(request, _("Say how many are there: a number up to 99,999."))
        return False
    try:
        count = store_count.look(
            seen=Seen(
                site=store.code,
                sku=request.POST.get("sku", ""),
                place=request.POST.get("place", ""),
                quantity=quantity,
            ),
            by=get_trace(request),
            at=timezone.now(),
            message_id=read_id(request.POST.get("message_id", "")),
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return False
    messages.success(request, _("%(number)s is counted.") % {"number": count.number})
    return True
