"""The packing station (打包台): a tote is scanned, parcels are filled, closed and labeled."""

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
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.wms import queries
from yipan.wms.documents.outbound import pack_difference, parcel
from yipan.wms.documents.outbound.parcel import Closing, Putting, WeightNotPlausible
from yipan.wms.queries import outbound_orders, parcels
from yipan.wms.queries.parcels import PackTask
from yipan.wms.queries.scans import ScanUnknown
from yipan.wms.views.receiving import TONES, read_quantity
from yipan.wms.views.sites import get_warehouse

#: Whether each piece is scanned at this station; kept in the session, so for the shift.
CHECK_KEY = "wms_pack_check"
LAST_KEY = "wms_pack_last"
MATERIALS = ("carton_s", "carton_m", "carton_l", "bag", "crate")
Answer = tuple[str, str]


@require_GET
@page(action="wms.pack")
def show_tasks(request: HttpRequest) -> HttpResponse:
    """Show what is picked and waits to be packed; a scan of its tote opens it."""
    site = get_warehouse(request)
    text = request.GET.get("tote", "")[:96]
    rows = parcels.list_pack_rows(site.code)
    wanted = set(parcels.find_to_pack(site.code, text)) if text else set()
    context = {
        "site": site,
        "rows": [row for row in rows if row.order in wanted] if text else rows,
        "tote": text,
    }
    return render(request, "wms/packing.html", context)


@require_POST
@page(action="wms.pack")
def open_task(request: HttpRequest) -> HttpResponse:
    """Open the packing of what was scanned: a tote, an order, or a product out of a full tote."""
    site = get_warehouse(request)
    text = request.POST.get("scan", "")[:96]
    here = f"{reverse('wms:packing')}?site={site.code}"
    found = parcels.find_to_pack(site.code, text)
    if not found:
        try:
            scanned = queries.resolve_scan(site.code, text)
        except Refusal:
            scanned = None
        sku = scanned.sku.code if scanned and scanned.sku else ""
        found = parcels.find_to_pack(site.code, text, sku=sku) if sku else []
        found = found[:1]
    if not found:
        messages.error(request, _("Nothing to pack is there. Scan a tote, an order or a product."))
        return redirect(here)
    if len(found) > 1:
        messages.info(request, _("Goods of several orders lie there: scan one of them."))
        return redirect(f"{here}&tote={text.strip().upper()}")
    return redirect("wms:pack", number=found[0])


@require_http_methods(["GET", "POST"])
@page(action="wms.pack")
def pack(request: HttpRequest, number: str) -> HttpResponse:
    """Pack an order: a product goes into the parcel, a carrier's label onto the last closed one."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    if request.method == "GET":
        return render(request, "wms/pack.html", _describe(request, number))
    try:
        answer, tone = _take_scan(request, _get_task(request, number))
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="wms.pack")
def take_button(request: HttpRequest, number: str) -> HttpResponse:
    """Do what a button says: close, take out, unpack, short, over, or check each piece."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    try:
        answer, tone = _take_button(request, _get_task(request, number))
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    return _answer(request, number, answer=answer, tone=tone)


def _get_task(request: HttpRequest, number: str) -> PackTask:
    return parcels.get_pack_task(number, actor=get_actor(request).name)


def _describe(request: HttpRequest, number: str) -> dict[str, object]:
    return {
        "task": _get_task(request, number),
        "is_checked": bool(request.session.get(CHECK_KEY)),
        "materials": MATERIALS,
        "may_load": get_actor(request).may("wms.ship"),
    }


def _answer(request: HttpRequest, number: str, *, answer: str, tone: str) -> HttpResponse:
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:pack", number=number)
    context = _describe(request, number) | {"answer": answer, "tone": tone}
    return render(request, "wms/_pack.html", context)


def _take_scan(request: HttpRequest, task: PackTask) -> Answer:
    text = request.POST.get("scan", "").strip()
    try:
        scanned = queries.resolve_scan(task.site, text)
    except ScanUnknown:
        return _bind(request, task, label=text)
    if scanned.kind == "command" and scanned.value == "post":
        return _close(request, task)
    if scanned.sku is None:
        if scanned.kind in {"tote", "bin"} and scanned.value in task.totes:
            return _("That is the right one. Scan the goods, or close the parcel."), "good"
        raise ScanUnknown(text=text, site=task.site)
    opened = _open(request, task)
    putting = Putting(sku=scanned.sku.code, quantity=scanned.pack_size)
    parcel.put(number=opened, putting=putting)
    values = {"sku": scanned.sku.code, "quantity": scanned.pack_size}
    return _("+%(quantity)s %(sku)s in the parcel.") % values, "good"


def _open(request: HttpRequest, task: PackTask) -> str:
    if task.current is not None:
        return task.current.head.number
    opened = parcel.open_parcel(order_number=task.order, by=get_trace(request), at=timezone.now())
    return opened.number


def _bind(request: HttpRequest, task: PackTask, *, label: str) -> Answer:
    """Take a scan that is nothing of ours for the carrier's label of the parcel closed last."""
    unlabeled = [row for row in task.closed if not row.tracking]
    if not unlabeled or not label:
        raise ScanUnknown(text=label, site=task.site)
    last = request.session.get(LAST_KEY)
    chosen = next((row for row in unlabeled if row.number == last), unlabeled[-1])
    parcel.bind(
        number=chosen.number,
        tracking=label,
        carrier=task.carrier,
        by=get_trace(request),
        at=timezone.now(),
    )
    values = {"label": label, "parcel": chosen.number}
    return _("Label %(label)s is bound to %(parcel)s.") % values, "good"


def _take_button(request: HttpRequest, task: PackTask) -> Answer:
    if "check" in request.POST:
        request.session[CHECK_KEY] = not request.session.get(CHECK_KEY)
        is_on = request.session[CHECK_KEY]
        return (_("Scan each piece.") if is_on else _("Pieces are not checked.")), "info"
    if "take_out" in request.POST and task.current is not None:
        parcel.take_out(number=task.current.head.number, sku=request.POST["take_out"][:48])
        return _("Taken out of the parcel."), "info"
    if "unpack" in request.POST:
        number = request.POST["unpack"][:48]
        parcel.unpack(number=number, by=get_trace(request), at=timezone.now())
        return _("%(parcel)s is unpacked.") % {"parcel": number}, "info"
    if "short" in request.POST or "over" in request.POST:
        return _differ(request, task)
    return _close(request, task)


def _close(request: HttpRequest, task: PackTask) -> Answer:
    if request.session.get(CHECK_KEY) and (task.current is None or not task.current.lines):
        return _("Scan what goes into the parcel first."), "bad"
    grams = request.POST.get("weight_grams", "").strip()
    if grams and not (grams.isdecimal() and len(grams) < 9):
        raise WeightNotPlausible(weight=grams)
    opened = _open(request, task)
    closed = parcel.close(
        number=opened,
        closing=Closing(
            weight_grams=int(grams or 0), material=request.POST.get("material", "")[:32]
        ),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    request.session[LAST_KEY] = closed.number
    return _("%(parcel)s is closed. Scan the carrier's label.") % {"parcel": closed.number}, "good"


def _differ(request: HttpRequest, task: PackTask) -> Answer:
    quantity = read_quantity(request.POST.get("quantity", ""))
    if not quantity:
        return _("A quantity is a number up to 99,999."), "bad"
    is_short = "short" in request.POST
    verb = pack_difference.short if is_short else pack_difference.over
    count = verb(
        difference=pack_difference.Difference(
            order=task.order, sku=request.POST.get("sku", "")[:48], quantity=quantity
        ),
        by=get_trace(request, reason="short_pick" if is_short else "over_pick"),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _("Written down. %(count)s will count the bin.") % {"count": count.number}, "bad"
