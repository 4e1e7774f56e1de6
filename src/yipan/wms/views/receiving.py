"""Receiving on a handheld: one scan box, one list, one big button."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents import told
from yipan.documents.doors import get_trace, tell
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms import queries, rules
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.inbound.receipt import Correction, Opening
from yipan.wms.models.receipt import CountMode
from yipan.wms.queries import CountTask, InboundFilter, ReceiptFilter, arrivals, pick_faces
from yipan.wms.queries.goods_rules import is_blind_receipt
from yipan.wms.views import receiving_scans
from yipan.wms.views.sites import get_warehouse

TASKS_SHOWN_MAX = 30

#: The command card that posts, so that nobody has to take the glove off.
POST_CARD = "CMD:POST"
TONES = {"good": messages.SUCCESS, "bad": messages.ERROR, "info": messages.INFO}


@require_GET
@page(action="wms.receive")
def show_tasks(request: HttpRequest) -> HttpResponse:
    """Show what is expected and what is being counted; a scan opens it."""
    site = get_warehouse(request)
    sites = frozenset({site.code})
    open_states = ("released", "partly_received")
    context = {
        "site": site,
        "orders": queries.list_inbound_orders(
            InboundFilter(states=open_states, sites=sites), limit=TASKS_SHOWN_MAX
        ),
        "drafts": queries.list_receipts(
            ReceiptFilter(states=("draft",), sites=sites), limit=TASKS_SHOWN_MAX
        ),
        "suppliers": masterdata.list_suppliers(only_active=True, limit=100),
        "today": timezone.localdate(),
    }
    return render(request, "wms/receiving.html", context)


@require_POST
@page(action="wms.receive")
def open_task(request: HttpRequest) -> HttpResponse:
    """Open what was scanned or tapped: an order, or a blind receipt of a supplier."""
    site = get_warehouse(request)
    try:
        number, sscc = request.POST.get("order", ""), ""
        if not number and "supplier" not in request.POST:
            number, sscc = _find_delivery(site.code, request.POST.get("scan", ""))
            if not number:
                messages.error(
                    request, _("That is no order. Scan the number of an order, or a package.")
                )
                return redirect("wms:receiving")
        opened = _open_or_go_on(request, site.code, order=number)
        if sscc:
            answer, tone = receiving_scans.count_package(
                request, site.code, number=opened, sscc=sscc
            )
            messages.add_message(request, TONES[tone], answer)
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("wms:receiving")
    return redirect("wms:count", number=opened)


def _find_delivery(site: str, text: str) -> tuple[str, str]:
    """Return the order a scan means, and the package where it was one; empty where neither."""
    scanned = queries.resolve_scan(site, text)
    if scanned.kind == "package":
        return arrivals.find_package_order(scanned.value, site=site), scanned.value
    return (scanned.value if scanned.kind == "order" else ""), ""


def _open_or_go_on(request: HttpRequest, site: str, *, order: str) -> str:
    """Return the number of the count somebody began of an order, or of a new one."""
    supplier = request.POST.get("supplier", "")
    if order:
        going_on = queries.find_own_draft(site=site, order=order, actor=get_actor(request).name)
        if going_on:
            return going_on
        supplier = queries.get_inbound_order(order).head.supplier
    is_blind = is_blind_receipt(site, supplier=supplier)
    opening = Opening(
        site=site,
        inbound_order_number=order,
        supplier=request.POST.get("supplier", ""),
        count_mode=CountMode.UNIT if is_blind else CountMode.EXPECTED,
    )
    return receipt.open_receipt(opening=opening, by=get_trace(request), at=timezone.now()).number


@require_http_methods(["GET", "POST"])
@page(action="wms.receive")
def count(request: HttpRequest, number: str) -> HttpResponse:
    """Count a delivery; a scan answers with the task as it stands then."""
    task = _get_task(request, number)
    if task.head.state != "draft":
        return redirect("wms:counted", number=number)
    if request.method == "GET":
        return render(request, "wms/count.html", _describe(task))
    if request.POST.get("scan", "").strip().upper() == POST_CARD:
        return _post_by_card(request, task)
    answer, tone = receiving_scans.take_scan(
        request, task, condition=request.POST.get("condition", "")
    )
    # Damaged counts for one scan: the answer switches it off, and only a command card on.
    is_next_damaged = answer == "damaged"
    answer = _("The next scan is damaged.") if is_next_damaged else answer
    if request.headers.get("HX-Request") != "true":
        # The scanner was faster than the page's script: the form came the plain way.
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:count", number=number)
    context = _describe(queries.get_count_task(number))
    context |= {"answer": answer, "tone": tone, "is_damaged": is_next_damaged}
    return render(request, "wms/_count.html", context)


@require_POST
@page(action="wms.receive")
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Replace what was counted of one product by what somebody keyed in."""
    task = _get_task(request, number)
    line = next((each for each in task.lines if each.sku.code == request.POST.get("sku")), None)
    if line is None:
        raise NotFound(kind="sku")
    sound = read_quantity(request.POST.get("sound", ""))
    damaged = read_quantity(request.POST.get("damaged", ""))
    # The field is there only where wrong goods were counted.
    wrong = read_quantity(request.POST["wrong"]) if "wrong" in request.POST else None
    if sound is None or damaged is None or ("wrong" in request.POST and wrong is None):
        answer, tone = _("A quantity is a number up to 99,999."), "bad"
    else:
        is_changed = receipt.correct(
            number=number,
            correction=Correction(
                sku=line.sku.code,
                quantity_sound=sound,
                quantity_damaged=damaged,
                quantity_wrong=wrong,
                lot=line.current_lot,
            ),
            by=get_trace(request),
            at=timezone.now(),
        )
        answer, tone = (_("Corrected."), "good") if is_changed else (_("Nothing changed."), "info")
    context = _describe(queries.get_count_task(number)) | {"answer": answer, "tone": tone}
    return render(request, "wms/_count.html", context)


@require_POST
@page(action="wms.receive")
def name_lot(request: HttpRequest, number: str) -> HttpResponse:
    """Say of which lot goods are that were counted without one."""
    _get_task(request, number)
    try:
        ends = request.POST.get("expires_on", "").strip()
        named = receipt.name_lot(
            number=number,
            sku=request.POST.get("sku", ""),
            lot=request.POST.get("lot", "")[:48],
            expires_on=told.read_date(ends) if ends else None,
            by=get_trace(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    else:
        answer, tone = _("Named: %(quantity)s.") % {"quantity": named}, "good"
    context = _describe(queries.get_count_task(number)) | {"answer": answer, "tone": tone}
    return render(request, "wms/_count.html", context)


@require_POST
@page(action="wms.receive")
def choose_mode(request: HttpRequest, number: str) -> HttpResponse:
    """Choose what the first scan of an ordered product means."""
    task = _get_task(request, number)
    mode = CountMode.UNIT if task.count_mode == CountMode.EXPECTED else CountMode.EXPECTED
    receipt.choose_count_mode(number=number, count_mode=mode)
    return render(request, "wms/_count.html", _describe(queries.get_count_task(number)))


@require_POST
@page(action="wms.receive")
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take the last scan back."""
    _get_task(request, number)
    answer, tone = receiving_scans.undo(number)
    context = _describe(queries.get_count_task(number)) | {"answer": answer, "tone": tone}
    return render(request, "wms/_count.html", context)


@require_POST
@page(action="wms.receive")
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Post the count, or give it up."""
    _get_task(request, number)
    trace, at = get_trace(request), timezone.now()
    try:
        if "give_up" in request.POST:
            receipt.cancel(number=number, by=trace, at=at)
            messages.info(request, _("The count was given up. Nothing was posted."))
            return redirect("wms:receiving")
        receipt.post(
            number=number,
            is_last=request.POST.get("is_last") == "1",
            by=trace,
            at=at,
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("wms:count", number=number)
    return redirect("wms:counted", number=number)


@require_GET
@page(action="wms.receive")
def show_counted(request: HttpRequest, number: str) -> HttpResponse:
    """Show what was posted, and go on to the next delivery."""
    detail = queries.get_receipt(number)
    get_actor(request).require_site(detail.head.site.code)
    if detail.head.state == "draft":
        return redirect("wms:count", number=number)
    site = detail.head.site.code
    waiting = pick_faces.list_move_tasks(site=site, kind="cross_dock")
    straight = [task for task in waiting if task.created_at == detail.head.posted_at]
    return render(request, "wms/counted.html", {"receipt": detail, "straight": straight})


def _get_task(request: HttpRequest, number: str) -> CountTask:
    get_actor(request).require_site(queries.get_receipt_site(number))
    return queries.get_count_task(number)


def _post_by_card(request: HttpRequest, task: CountTask) -> HttpResponse:
    """Post what is counted, as the button does; the rest of the order stays open."""
    number = task.head.number
    try:
        receipt.post(
            number=number,
            is_last=False,
            by=get_trace(request),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        context = _describe(task) | {"answer": tell(refusal), "tone": "bad"}
        return render(request, "wms/_count.html", context)
    if request.headers.get("HX-Request") != "true":
        return redirect("wms:counted", number=number)
    return HttpResponse(headers={"HX-Redirect": reverse("wms:counted", args=[number])})


def read_quantity(text: str) -> int | None:
    """Return a keyed quantity; a barcode in the field is none."""
    cleaned = text.strip() or "0"
    if not cleaned.isdecimal() or len(cleaned) > 5:
        return None
    quantity = int(cleaned)
    return quantity if quantity <= rules.QUANTITY_KEYED_MAX else None


def _describe(task: CountTask) -> dict[str, object]:
    return {"task": task, "is_damaged": False}
