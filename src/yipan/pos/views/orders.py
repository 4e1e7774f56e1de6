"""Orders of customers on a handheld: queue, accept, pick, stage or ship, hand over (门店履约)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import read_stamp
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.messages.wms import Parcel
from yipan.pos import queries
from yipan.pos.documents import fulfillment, fulfillment_leaving, fulfillment_picking
from yipan.pos.documents.fulfillment_leaving import PARCELS_MAX, Proof
from yipan.pos.documents.fulfillment_picking import Scan
from yipan.pos.queries import FulfillmentDetail, FulfillmentFilter
from yipan.pos.views.sites import get_store
from yipan.pos.views.transfers import TONES, read_quantity

ROWS_PER_PAGE = 50
TASKS_SHOWN_MAX = 100
TEXT_LENGTH_MAX = 96
STATES = (
    "waiting",
    "accepted",
    "picked",
    "staged",
    "shipped",
    "handed_over",
    "rejected",
    "expired",
    "canceled",
    "put_back",
)

REASONS: Mapping[str, str | Promise] = {
    "not_found": gettext_lazy("Not found"),
    "damaged": gettext_lazy("Damaged"),
    "no_staff": gettext_lazy("Nobody free"),
    "closed": gettext_lazy("Store closes"),
    "other": gettext_lazy("Other reason"),
}

#: State of an order to the template of its task.
TASKS: Mapping[str, str] = {
    "waiting": "pos/order_accept.html",
    "accepted": "pos/order_pick.html",
    "staged": "pos/order_hand_over.html",
    "expired": "pos/order_hand_over.html",
}


@require_GET
@page(action="pos.fulfill")
def show_queue(request: HttpRequest) -> HttpResponse:
    """Show what customers wait for; a scan opens an order, or finds it by the customer's code."""
    store = get_store(request)
    text = request.GET.get("scan", "")[:TEXT_LENGTH_MAX]
    if text.strip():
        number = queries.find_scanned(site=store.code, text=text)
        if number:
            query = urlencode({"code": text})
            return redirect(f"{reverse('pos:order', args=[number])}?{query}")
        messages.error(request, _("No order of this store is known by that number or code."))
    now = timezone.now()
    rows = queries.list_queue(site=store.code, limit=TASKS_SHOWN_MAX)
    groups = [
        {"state": state, "rows": [row for row in rows if row.state == state]}
        for state in dict.fromkeys(row.state for row in rows)
    ]
    late = {row.number for row in rows if row.is_late(now)}
    context = {"store": store, "groups": groups, "late": late, "now": now, "count": len(rows)}
    is_fragment = request.headers.get("HX-Request") == "true"
    return render(request, "pos/_orders.html" if is_fragment else "pos/orders.html", context)


@require_GET
@page(action="pos.fulfill")
def show_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show the task an order stands at."""
    order = _get_order(request, number)
    template = TASKS.get(order.head.state, "")
    if order.head.state == "picked":
        is_pickup = order.head.method != "ship"
        template = "pos/order_stage.html" if is_pickup else "pos/order_ship.html"
    if order.head.is_to_put_back:
        template = "pos/order_put_back.html"
    if not template:
        return redirect("pos:fulfillment", number=number)
    context = {
        "task": order,
        "reasons": REASONS,
        "code": request.GET.get("code", "")[:TEXT_LENGTH_MAX],
        "is_late": order.head.is_late(timezone.now()),
        "may_vouch": get_actor(request).may("pos.settle_difference"),
    }
    return render(request, template, context)


@require_POST
@page(action="pos.fulfill")
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Take an order on."""
    _get_order(request, number)
    by, at = get_trace(request), timezone.now()
    return _step(
        request,
        number,
        lambda: fulfillment.accept(number=number, by=by, at=at, message_id=make_id()),
        done=_("Accepted. Pick it now."),
    )


@require_POST
@page(action="pos.fulfill")
def reject(request: HttpRequest, number: str) -> HttpResponse:
    """Give an order back, with the reason that was tapped."""
    order = _get_order(request, number)
    by, at = get_trace(request, reason=request.POST.get("note", "")), timezone.now()
    reason = request.POST.get("reason", "")
    try:
        fulfillment.reject(number=number, reason=reason, by=by, at=at, message_id=make_id())
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("pos:order", number=number)
    messages.info(request, _("Given back. It is sourced elsewhere."))
    return _to_queue(order)


@require_POST
@page(action="pos.fulfill")
def pick(request: HttpRequest, number: str) -> HttpResponse:
    """Take a scan of a product; answer with the task as it stands then."""
    order = _get_order(request, number)
    answer, tone = _take_scan(request, order)
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("pos:order", number=number)
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="pos.fulfill")
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Replace what was picked of one product by what somebody keyed in."""
    order = _get_order(request, number)
    sku = request.POST.get("sku", "")
    lines = [line for line in order.lines if line.sku.code == sku]
    if not lines:
        raise NotFound(kind="sku")
    wanted = read_quantity(request.POST.get("quantity", ""))
    if wanted is None:
        answer = _("A quantity is a number up to 99,999.")
        return _answer(request, number, answer=answer, tone="bad")
    change = wanted - sum(line.quantity_picked for line in lines)
    if not change:
        return _answer(request, number, answer=_("Nothing changed."), tone="info")
    try:
        fulfillment_picking.pick(
            number=number,
            scan=Scan(sku=sku, quantity=change, capture_mode="key", stamp=read_stamp(request)),
            by=get_trace(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return _answer(request, number, answer=tell(refusal), tone="bad")
    return _answer(request, number, answer=_("Corrected."), tone="good")


@require_POST
@page(action="pos.fulfill")
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take the last scan back."""
    _get_order(request, number)
    answer, tone = _undo(number)
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="pos.fulfill")
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Finish the pick; what is missing is told."""
    _get_order(request, number)
    by, at = get_trace(request), timezone.now()
    return _step(
        request,
        number,
        lambda: fulfillment_picking.finish(number=number, by=by, at=at, message_id=make_id()),
        done=_("Picked. The goods are set aside."),
    )


@require_POST
@page(action="pos.fulfill")
def stage(request: HttpRequest, number: str) -> HttpResponse:
    """Put the goods onto the shelf that was scanned."""
    order = _get_order(request, number)
    by, at, shelf = get_trace(request), timezone.now(), request.POST.get("scan", "")
    _step(
        request,
        number,
        lambda: fulfillment_picking.stage(
            number=number, shelf=shelf, by=by, at=at, message_id=make_id()
        ),
        done=_("Ready. The customer is told."),
    )
    return _to_queue(order)


@require_POST
@page(action="pos.fulfill")
def ship(request: HttpRequest, number: str) -> HttpResponse:
    """Give the parcels to the carrier: one per label that was scanned."""
    order = _get_order(request, number)
    labels = f"{request.POST.get('scan', '')}\n{request.POST.get('labels', '')}".split("\n")
    parcels = [
        Parcel(sscc="", carrier=order.carrier, tracking=label.strip()[:64])
        for label in labels
        if label.strip()
    ][:PARCELS_MAX]
    by, at = get_trace(request), timezone.now()
    _step(
        request,
        number,
        lambda: fulfillment_leaving.ship(
            number=number, parcels=parcels, by=by, at=at, message_id=make_id()
        ),
        done=_("Shipped. The hub is told."),
    )
    return _to_queue(order)


@require_POST
@page(action="pos.fulfill")
def hand_over(request: HttpRequest, number: str) -> HttpResponse:
    """Give the goods to the customer who showed the code."""
    order = _get_order(request, number)
    is_manager = get_actor(request).may("pos.settle_difference")
    proof = Proof(code=request.POST.get("code", "")[:TEXT_LENGTH_MAX], is_manager=is_manager)
    by, at = get_trace(request, reason=request.POST.get("reason", "")), timezone.now()
    try:
        fulfillment_leaving.hand_over(
            number=number, proof=proof, by=by, at=at, message_id=make_id()
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("pos:order", number=number)
    messages.success(request, _("Handed over. The hub is told."))
    return _to_queue(order)


@require_POST
@page(action="pos.fulfill")
def put_back(request: HttpRequest, number: str) -> HttpResponse:
    """Carry the goods back to the floor, each in the state it is in."""
    order = _get_order(request, number)
    statuses = {
        line.sku.code: request.POST.get(f"status-{line.line}", "available")
        for line in order.lines
        if line.quantity_picked
    }
    by, at = get_trace(request), timezone.now()
    _step(
        request,
        number,
        lambda: fulfillment_leaving.put_back(
            number=number, statuses=statuses, by=by, at=at, message_id=make_id()
        ),
        done=_("Put back. The goods are free again."),
    )
    return _to_queue(order)


@require_http_methods(["GET"])
@page(action="pos.read")
def list_fulfillments(request: HttpRequest) -> HttpResponse:
    """List orders of customers at stores."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    which = FulfillmentFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=(state,) if state in STATES else (),
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_fulfillments(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "state": state if state in STATES else "",
        "states": ("waiting", "accepted", "staged", "shipped", "handed_over", "rejected"),
        "after": rows[-1].fulfillment_id if len(rows) == ROWS_PER_PAGE else "",
        "may_fulfill": actor.may("pos.fulfill"),
    }
    return render(request, "pos/fulfillments.html", context)


@require_http_methods(["GET"])
@page(action="pos.read")
def show_fulfillment(request: HttpRequest, number: str) -> HttpResponse:
    """Show one order with its lines, its postings and its messages."""
    detail = _get_order(request, number)
    name = fulfillment.DOCUMENT_TYPE
    steps = ("pick", "hand_over", "ship", "put_back")
    history = read_history(
        document_type=name,
        number=number,
        postings=[(detail.book_code, f"{name}/{number}/{step}") for step in steps],
        message_ids=[each for each in (detail.message_id, detail.told_id) if each],
    )
    actor = get_actor(request)
    context = {
        "order": detail,
        "history": history,
        "may_open_messages": actor.may("exchange.read"),
        "may_fulfill": actor.may("pos.fulfill"),
    }
    return render(request, "pos/fulfillment.html", context)


def _get_order(request: HttpRequest, number: str) -> FulfillmentDetail:
    get_actor(request).require_site(queries.get_fulfillment_site(number))
    return queries.get_fulfillment(number)


def _to_queue(order: FulfillmentDetail) -> HttpResponse:
    return redirect(f"{reverse('pos:orders')}?{urlencode({'site': order.head.site.code})}")


def _step(
    request: HttpRequest, number: str, step: Callable[[], object], *, done: str
) -> HttpResponse:
    """Take a step; tell how it went on the page of the order."""
    try:
        step()
    except Refusal as refusal:
        messages.error(request, tell(refusal))
    else:
        messages.success(request, done)
    return redirect("pos:order", number=number)


def _answer(request: HttpRequest, number: str, *, answer: str, tone: str) -> HttpResponse:
    context = {"task": queries.get_fulfillment(number), "answer": answer, "tone": tone}
    return render(request, "pos/_order_pick.html", context)


def _take_scan(request: HttpRequest, order: FulfillmentDetail) -> tuple[str, str]:
    """Do what a scan means; return what to say of it, and in which tone."""
    text = request.POST.get("scan", "")
    if text.strip().upper() == "CMD:UNDO":
        return _undo(order.head.number)
    try:
        found = queries.find_product(order.head.site.code, text)
        fulfillment_picking.pick(
            number=order.head.number,
            scan=Scan(
                sku=found.sku.code,
                quantity=found.pack_size,
                text=text,
                stamp=read_stamp(request),
            ),
            by=get_trace(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _("+%(quantity)s") % {"quantity": found.pack_size}, "good"


def _undo(number: str) -> tuple[str, str]:
    try:
        undone = fulfillment_picking.undo(number=number, at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _("Taken back: %(sku)s %(quantity)s") % {
        "sku": undone.sku,
        "quantity": undone.quantity,
    }, "info"
