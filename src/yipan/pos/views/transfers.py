"""Transfers (调入, 调出) on a handheld: scan a carton, one tap as sent, or item by item."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents import reversals
from yipan.documents.doors import get_trace, tell
from yipan.documents.evidence import read_stamp
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.pos import queries, rules
from yipan.pos.documents import transfer
from yipan.pos.documents.transfer import Counting
from yipan.pos.queries import TransferDetail, TransferFilter
from yipan.pos.rules import Asked, Moved
from yipan.pos.views.sites import get_store

ROWS_PER_PAGE = 50
TASKS_SHOWN_MAX = 50
TEXT_LENGTH_MAX = 96
COMMANDS = {"CMD:UNDO": "undo", "CMD:DAMAGED": "damaged"}
TONES = {"good": messages.SUCCESS, "bad": messages.ERROR, "info": messages.INFO}


class PaperUnknown(Refusal):
    """No carton, shipment or transfer of this store is written like that."""

    code = "pos.paper_unknown"
    status = 422


@require_GET
@page(action="pos.transfer")
def show_tasks(request: HttpRequest, order_type: str) -> HttpResponse:
    """Show what is to be received or sent, and what is being counted; a scan opens it."""
    store = get_store(request)
    is_inbound = order_type == "inbound"
    drafts = TransferFilter(
        states=("draft",),
        transfer_type="receipt" if is_inbound else "shipment",
        sites=frozenset({store.code}),
    )
    context = {
        "store": store,
        "is_inbound": is_inbound,
        "orders": queries.list_open_orders(
            site=store.code, order_type=order_type, limit=TASKS_SHOWN_MAX
        ),
        "drafts": queries.list_transfers(drafts, limit=TASKS_SHOWN_MAX),
        "today": timezone.localdate(),
    }
    return render(request, "pos/transfer_tasks.html", context)


@require_POST
@page(action="pos.transfer")
def open_task(request: HttpRequest, order_type: str) -> HttpResponse:
    """Open what was scanned or tapped: the count somebody began, or a new one."""
    store = get_store(request)
    text = request.POST.get("order", "") or request.POST.get("scan", "")
    try:
        order = queries.find_order(site=store.code, text=text)
        if order is None or order.order_type != order_type:
            raise PaperUnknown(text=text[:TEXT_LENGTH_MAX])
        number = queries.find_own_draft(order=order.number, actor=get_actor(request).name)
        if not number:
            number = transfer.open_transfer(
                site=store.code,
                order_number=order.number,
                by=get_trace(request),
                at=timezone.now(),
            ).number
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        name = "pos:receiving" if order_type == "inbound" else "pos:sending"
        return redirect(name)
    return redirect("pos:transfer_count", number=number)


@require_http_methods(["GET", "POST"])
@page(action="pos.transfer")
def count(request: HttpRequest, number: str) -> HttpResponse:
    """Count a transfer; a scan answers with the task as it stands then."""
    task = _get_task(request, number)
    if task.head.state != "draft":
        return redirect("pos:transfer", number=number)
    if request.method == "GET":
        return render(request, "pos/transfer_count.html", {"task": task})
    answer, tone = _take_scan(request, task)
    is_next_damaged = answer == "damaged"
    answer = _("The next scan is damaged.") if is_next_damaged else answer
    if request.headers.get("HX-Request") != "true":
        # The scanner was faster than the page's script: the form came the plain way.
        messages.add_message(request, TONES[tone], answer)
        return redirect("pos:transfer_count", number=number)
    return _answer(request, number, answer=answer, tone=tone, is_damaged=is_next_damaged)


@require_POST
@page(action="pos.transfer")
def correct(request: HttpRequest, number: str) -> HttpResponse:
    """Replace what was counted of one product by what somebody keyed in."""
    task = _get_task(request, number)
    sku = request.POST.get("sku", "")
    if all(line.sku.code != sku for line in task.lines):
        raise NotFound(kind="sku")
    sound = read_quantity(request.POST.get("sound", ""))
    damaged = read_quantity(request.POST.get("damaged", ""))
    if sound is None or damaged is None:
        return _answer(
            request, number, answer=_("A quantity is a number up to 99,999."), tone="bad"
        )
    counted = Moved(sku=sku, quantity=sound, quantity_damaged=damaged)
    is_changed = transfer.correct(
        number=number, counted=counted, by=get_trace(request), at=timezone.now()
    )
    answer = _("Corrected.") if is_changed else _("Nothing changed.")
    return _answer(request, number, answer=answer, tone="good" if is_changed else "info")


@require_POST
@page(action="pos.transfer")
def choose_mode(request: HttpRequest, number: str) -> HttpResponse:
    """Choose what the first scan of an ordered product means."""
    task = _get_task(request, number)
    transfer.choose_count_mode(number=number, is_asked_taken=not task.is_asked_taken)
    return _answer(request, number)


@require_POST
@page(action="pos.transfer")
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """Take the last scan back."""
    _get_task(request, number)
    answer, tone = _undo(number)
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="pos.transfer")
def finish(request: HttpRequest, number: str) -> HttpResponse:
    """Post the count, post all as asked, or give it up."""
    task = _get_task(request, number)
    by, at = get_trace(request), timezone.now()
    is_receipt = task.head.transfer_type == "receipt"
    tasks = "pos:receiving" if is_receipt else "pos:sending"
    try:
        if "give_up" in request.POST:
            transfer.cancel(number=number, by=by, at=at)
            messages.info(request, _("The count was given up. Nothing was posted."))
            return redirect(tasks)
        if "as_asked" in request.POST:
            transfer.move_as_asked(number=number, by=by, at=at, message_id=make_id())
        else:
            is_last = request.POST.get("is_last") == "1"
            transfer.post(number=number, is_last=is_last, by=by, at=at, message_id=make_id())
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("pos:transfer_count", number=number)
    into = _("Posted into the backroom. The hub is told.")
    told = into if is_receipt else _("Sent off. The hub is told.")
    messages.success(request, f"{number} · {told}")
    return redirect(tasks)


@require_GET
@page(action="pos.read")
def list_transfers(request: HttpRequest) -> HttpResponse:
    """List what stores took in from other sites, and what they sent."""
    actor = get_actor(request)
    transfer_type = request.GET.get("type", "")
    which = TransferFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        transfer_type=transfer_type if transfer_type in ("receipt", "shipment") else "",
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    rows = queries.list_transfers(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "transfer_type": which.transfer_type,
        "after": rows[-1].transfer_id if len(rows) == ROWS_PER_PAGE else "",
        "may_transfer": actor.may("pos.transfer"),
    }
    return render(request, "pos/transfers.html", context)


@require_GET
@page(action="pos.read")
def show_transfer(request: HttpRequest, number: str) -> HttpResponse:
    """Show one transfer with its lines, its posting and its message."""
    detail = _get_task(request, number)
    history = read_history(
        document_type=transfer.DOCUMENT_TYPE,
        number=number,
        postings=[
            (detail.book_code, f"{transfer.DOCUMENT_TYPE}/{number}/{step}")
            for step in ("post", "reverse")
        ],
        message_ids=[detail.message_id] if detail.message_id else [],
    )
    actor = get_actor(request)
    context = {
        "transfer": detail,
        "history": history,
        "may_reverse": actor.may("pos.reverse"),
        "correction_causes": reversals.CAUSES.items(),
        "may_open_messages": actor.may("exchange.read"),
        "may_transfer": actor.may("pos.transfer"),
    }
    return render(request, "pos/transfer.html", context)


def read_quantity(text: str) -> int | None:
    """Return a keyed quantity; a barcode in the field is none."""
    cleaned = text.strip() or "0"
    if not cleaned.isdecimal() or len(cleaned) > 5:
        return None
    quantity = int(cleaned)
    return quantity if quantity <= rules.QUANTITY_KEYED_MAX else None


def _get_task(request: HttpRequest, number: str) -> TransferDetail:
    get_actor(request).require_site(queries.get_transfer_site(number))
    return queries.get_transfer(number)


def _answer(
    request: HttpRequest,
    number: str,
    *,
    answer: str = "",
    tone: str = "info",
    is_damaged: bool = False,
) -> HttpResponse:
    context = {
        "task": queries.get_transfer(number),
        "answer": answer,
        "tone": tone,
        "is_damaged": is_damaged,
        "is_swapped": True,
    }
    return render(request, "pos/_transfer_count.html", context)


def _take_scan(request: HttpRequest, task: TransferDetail) -> tuple[str, str]:
    """Do what a scan means; return what to say of it, and in which tone."""
    number, text = task.head.number, request.POST.get("scan", "")
    is_damaged = request.POST.get("condition") == "damaged"
    command = COMMANDS.get(text.strip().upper())
    if command:
        return _undo(number) if command == "undo" else (command, "info")
    try:
        found = queries.find_product(task.head.site.code, text)
        line = next((row for row in task.lines if row.sku.code == found.sku.code), None)
        is_asked = line is not None and line.quantity_asked is not None
        asked = (
            Asked(line=0, sku=found.sku.code, quantity=line.quantity_asked or 0)
            if line is not None and is_asked
            else None
        )
        quantity, mode = rules.get_scanned_quantity(
            asked=asked,
            counted=line.quantity_total if line else 0,
            pack_size=found.pack_size,
            is_asked_taken=task.is_asked_taken and not is_damaged,
        )
        counting = Counting(
            sku=found.sku.code,
            quantity=quantity,
            is_damaged=is_damaged,
            capture_mode=mode,
            text=text,
            stamp=read_stamp(request),
        )
        transfer.count(number=number, counting=counting, by=get_trace(request), at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    if not is_asked:
        return _("Not on this transfer: it goes on as extra."), "bad"
    return _("+%(quantity)s") % {"quantity": quantity}, "good"


def _undo(number: str) -> tuple[str, str]:
    try:
        undone = transfer.undo(number=number, at=timezone.now())
    except Refusal as refusal:
        return tell(refusal), "bad"
    return _("Taken back: %(sku)s %(quantity)s") % {
        "sku": undone.sku,
        "quantity": undone.quantity,
    }, "info"
