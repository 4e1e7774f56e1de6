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
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import read_stamp
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata
from yipan.wms import queries, rules
from yipan.wms.documents import receipt
from yipan.wms.documents.receipt import Correction, Counting, Opening
from yipan.wms.models.receipt import CountMode
from yipan.wms.queries import CountTask, InboundFilter, ReceiptFilter, Scanned
from yipan.wms.rules import Expected
from yipan.wms.views.sites import find_warehouse

TASKS_SHOWN_MAX = 30

#: The command card that posts, so that nobody has to take the glove off.
POST_CARD = "CMD:POST"
TONES = {"good": messages.SUCCESS, "bad": messages.ERROR, "info": messages.INFO}


class NotOnThisPage(Refusal):
    """That is no product: scan a product, or its package."""

    code = "wms.scan_not_here"
    status = 422


@require_GET
@page(action="wms.receive")
def show_tasks(request: HttpRequest) -> HttpResponse:
    """Show what is expected and what is being counted; a scan opens it."""
    site = find_warehouse(request)
    if site is None:
        raise NotFound(kind="site")
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
    site = find_warehouse(request)
    if site is None:
        raise NotFound(kind="site")
    try:
        number = request.POST.get("order", "")
        if not number and "supplier" not in request.POST:
            scanned = queries.resolve_scan(site.code, request.POST.get("scan", ""))
            if scanned.kind != "order":
                messages.error(request, _("That is no order. Scan the number of an order."))
                return redirect("wms:receiving")
            number = scanned.value
        going_on = queries.find_own_draft(
            site=site.code, order=number, actor=get_actor(request).name
        )
        if number and going_on:
            return redirect("wms:count", number=going_on)
        opened = receipt.open_receipt(
            opening=Opening(
                site=site.code,
                inbound_order_number=number,
                supplier=request.POST.get("supplier", ""),
            ),
            by=get_trace(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("wms:receiving")
    return redirect("wms:count", number=opened.number)


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
    answer, tone = _take_scan(request, task, is_damaged=request.POST.get("condition") == "damaged")
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
    if sound is None or damaged is None:
        answer, tone = _("A quantity is a number up to 99,999."), "bad"
    else:
        is_changed = receipt.correct(
            number=number,
            correction=Correction(
                sku=line.sku.code,
                quantity_sound=sound,
                quantity_damaged=damaged,
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
    answer, tone = _undo(number)
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
    return render(request, "wms/counted.html", {"receipt": detail})


def _get_task(request: HttpRequest, number: str) -> CountTask:
    get_actor(request).require_site(queries.get_receipt_site(number))
    return queries.get_count_task(number)


def _take_scan(request: HttpRequest, task: CountTask, *, is_damaged: bool) -> tuple[str, str]:
    """Do what a scan means; return what to say of it, and in which tone."""
    number, text = task.head.number, request.POST.get("scan", "")
    try:
        scanned = queries.resolve_scan(task.head.site.code, text)
        if scanned.kind == "command":
            return _undo(number) if scanned.value == "undo" else (scanned.value, "info")
        if scanned.sku is None:
            raise NotOnThisPage(kind=scanned.kind, value=scanned.value)
        quantity, mode = _weigh(task, scanned, is_damaged=is_damaged)
        line = next((each for each in task.lines if each.sku.code == scanned.sku.code), None)
        receipt.count(
            number=number,
            counting=Counting(
                sku=scanned.sku.code,
                quantity=quantity,
                is_damaged=is_damaged,
                capture_mode=mode,
                text=text,
                lot=scanned.lot,
                expires_on=scanned.expires_on,
                serial=scanned.serial,
                package_id=scanned.sscc,
                pack_size=scanned.pack_size,
                was_expected_shown=line is not None and line.quantity_expected is not None,
                stamp=read_stamp(request),
            ),
            by=get_trace(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        return tell(refusal), "bad"
    is_ordered = any(
        line.sku.code == scanned.sku.code and line.quantity_expected is not None
        for line in task.lines
    )
    if task.head.inbound_order_number and not is_ordered:
        return _("Not on this order: booked as blocked."), "bad"
    return _("+%(quantity)s") % {"quantity": quantity}, "good"


def _weigh(task: CountTask, scanned: Scanned, *, is_damaged: bool) -> tuple[int, str]:
    assert scanned.sku is not None
    line = next((each for each in task.lines if each.sku.code == scanned.sku.code), None)
    expected = None
    if line is not None and line.quantity_expected is not None:
        expected = Expected(line=0, sku=line.sku.code, quantity_expected=line.quantity_expected)
    return rules.get_scanned_quantity(
        line=expected,
        counted=line.quantity_total if line else 0,
        pack_size=scanned.quantity,
        is_expected_taken=task.count_mode == "expected"
        and not is_damaged
        and not _says_how_many(scanned),
    )


def _says_how_many(scanned: Scanned) -> bool:
    """A code that names a piece, a weight or a count is taken at its word."""
    return bool(scanned.serial) or scanned.weight_grams is not None or scanned.count > 1


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


def _undo(number: str) -> tuple[str, str]:
    try:
        undone = receipt.undo(number=number, at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _("Taken back: %(sku)s %(quantity)s") % {
        "sku": undone.sku,
        "quantity": undone.quantity,
    }, "info"


def read_quantity(text: str) -> int | None:
    """Return a keyed quantity; a barcode in the field is none."""
    cleaned = text.strip() or "0"
    if not cleaned.isdecimal() or len(cleaned) > 5:
        return None
    quantity = int(cleaned)
    return quantity if quantity <= rules.QUANTITY_KEYED_MAX else None


def _describe(task: CountTask) -> dict[str, object]:
    return {"task": task, "is_damaged": False}
