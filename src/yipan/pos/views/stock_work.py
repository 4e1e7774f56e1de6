"""Stock work at a store: scan a product, tap what happened to it, post. Three interactions."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import reversals
from yipan.documents.doors import get_trace, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SiteRow
from yipan.pos import queries
from yipan.pos.documents import adjustment, place_move
from yipan.pos.documents.adjustment import AdjustedGoods, CostCenterMissing, Wanted
from yipan.pos.documents.place_move import Carried
from yipan.pos.queries import AdjustmentFilter
from yipan.pos.rules import Moved
from yipan.pos.views.scanned import find_scanned
from yipan.pos.views.sites import get_store
from yipan.pos.views.stock_tiles import TILES, USUAL, Tile, choose_position, list_tiles
from yipan.pos.views.transfers import read_quantity

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
STATES = ("submitted", "posted", "rejected", "reversed")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Work:
    """What is done with how many, and where they lie."""

    tile: Tile
    place: str
    status: str
    quantity: int


@require_http_methods(["GET", "POST"])
@page(action="pos.adjust")
def show_work(request: HttpRequest) -> HttpResponse:
    """Show the scanned product with its tiles; take what was tapped."""
    store = get_store(request)
    if request.method == "POST" and _take(request, store):
        return redirect(f"{reverse('pos:stock_work')}?{urlencode({'site': store.code})}")
    found = find_scanned(request, store)
    positions = queries.list_positions(site=store.code, sku=found.sku.code) if found else []
    place, lying_status = choose_position(_read_position(request), positions)
    context = {
        "store": store,
        "found": found,
        "positions": [
            (row, f"{row.place}/{row.status}", bool(list_tiles(row.place, row.status)))
            for row in positions
        ],
        "chosen": f"{place}/{lying_status}",
        "chosen_place": place,
        "chosen_status": lying_status,
        "chosen_quantity": next(
            (row.quantity for row in positions if (row.place, row.status) == (place, lying_status)),
            0,
        ),
        "tiles": list_tiles(place, lying_status),
        "tapped": request.POST.get("tile", ""),
        "quantity": request.POST.get("quantity", "1"),
        "cost_center": request.POST.get("cost_center", store.code),
        "message_id": make_id(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/stock_work.html", context, status=status)


@require_GET
@page(action="pos.read")
def list_adjustments(request: HttpRequest) -> HttpResponse:
    """List adjustments of stores."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    which = AdjustmentFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        state=state if state in STATES else "",
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_adjustments(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "state": which.state,
        "after": rows[-1].adjustment_id if len(rows) == ROWS_PER_PAGE else "",
        "may_adjust": actor.may("pos.adjust"),
    }
    return render(request, "pos/adjustments.html", context)


@require_GET
@page(action="pos.read")
def show_adjustment(request: HttpRequest, number: str) -> HttpResponse:
    """Show one adjustment with its lines, its posting and its messages."""
    actor = get_actor(request)
    detail = queries.get_adjustment(number)
    actor.require_site(detail.head.site.code)
    name = adjustment.DOCUMENT_TYPE
    history = read_history(
        document_type=name,
        number=number,
        postings=[(detail.book_code, f"{name}/{number}/{step}") for step in ("post", "reverse")],
        message_ids=[detail.message_id],
    )
    context = {
        "adjustment": detail,
        "history": history,
        "may_reverse": actor.may("pos.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "pos/adjustment.html", context)


def _read_position(request: HttpRequest) -> str:
    """Return from where goods are to be taken, as the page or a link says it."""
    return (request.POST.get("from", "") or request.GET.get("from", ""))[:TEXT_LENGTH_MAX]


def _take(request: HttpRequest, store: SiteRow) -> bool:
    """Post what was tapped; tell what came of it. Return whether the page is done with it."""
    key = request.POST.get("tile", "")
    quantity = read_quantity(request.POST.get("quantity", ""))
    place, _slash, status = (_read_position(request) or "/".join(USUAL)).partition("/")
    if key not in list_tiles(place, status) or not quantity:
        messages.error(request, _("Tap what happened, and say how many: up to 99,999."))
        return False
    work = _Work(tile=TILES[key], place=place, status=status, quantity=quantity)
    try:
        if work.tile.to_place:
            number = _carry(request, store, work)
            messages.success(request, _("%(number)s is posted.") % {"number": number})
            return True
        number, is_waiting = _adjust(request, store, work)
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return False
    told = (
        _("%(number)s is above your limit: the hub decides. Keep the goods apart.")
        if is_waiting
        else _("%(number)s is posted. The hub is told.")
    )
    messages.success(request, told % {"number": number})
    return True


def _carry(request: HttpRequest, store: SiteRow, work: _Work) -> str:
    moved = place_move.post(
        site=store.code,
        carried=Carried(
            from_place=work.place,
            to_place=work.tile.to_place,
            status=work.status,
            lines=[Moved(sku=request.POST.get("sku", ""), quantity=work.quantity)],
        ),
        by=get_trace(request),
        at=timezone.now(),
    )
    return moved.number


def _adjust(request: HttpRequest, store: SiteRow, work: _Work) -> tuple[str, bool]:
    """Post it; return its number, and whether the hub has to decide first."""
    tile = work.tile
    cost_center = request.POST.get("cost_center", "")[:48]
    if tile.asks_cost_center and not cost_center.strip():
        raise CostCenterMissing(adjustment_type=tile.adjustment_type)
    goods = AdjustedGoods(
        sku=request.POST.get("sku", ""),
        quantity=work.quantity,
        place=work.place,
        from_status=work.status,
        to_status=tile.to_status,
    )
    wanted = Wanted(
        site=store.code,
        adjustment_type=tile.adjustment_type,
        goods=[goods],
        roles=tuple(sorted(get_actor(request).roles)),
        cost_center=cost_center if tile.asks_cost_center else "",
    )
    posted = adjustment.post(
        wanted=wanted,
        by=get_trace(request, reason=request.POST.get("reason", "")),
        at=timezone.now(),
        message_id=read_id(request.POST.get("message_id", "")),
    )
    return posted.number, posted.state == "submitted"


def read_id(text: str) -> UUID:
    """Return the id the page was given, so that a doubled tap is one document."""
    try:
        return UUID(text)
    except ValueError:
        return make_id()
