"""Picking and shipping on a handheld: one bin at a time, one scan box, one big button."""

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
from yipan.foundation.refusals import Refusal
from yipan.wms import queries
from yipan.wms.documents.outbound import (
    outbound_order,
    pick,
    pick_claim,
    pick_lot,
    shipment,
    wave_tote,
)
from yipan.wms.documents.outbound.pick import BinNotScanned, ProductWrong, Taking
from yipan.wms.documents.outbound.pick_lot import Instead, LotNotScanned, SerialNotScanned
from yipan.wms.documents.outbound.shipment import Shipping
from yipan.wms.models.inspection import ScanProfile
from yipan.wms.queries import Scanned, outbound_orders, picking
from yipan.wms.queries.carrying import holds_one_sku
from yipan.wms.queries.outbound_orders import OutboundFilter, PickRow
from yipan.wms.queries.picking import Walk
from yipan.wms.queries.scans import ScanUnknown
from yipan.wms.views.receiving import TONES, read_quantity
from yipan.wms.views.sites import get_warehouse

TASKS_SHOWN_MAX = 40
#: In the session: which zone one picks in, that a tote is full, that one scan was one piece.
ZONE_KEY = "wms_zone_"
FULL_KEY = "wms_tote_full"
COUNTED_KEY = "wms_counted"
Answer = tuple[str, str]


@require_GET
@page(action="wms.pick")
def show_tasks(request: HttpRequest) -> HttpResponse:
    """Show what is to pick, the most urgent first; a scan opens it."""
    site = get_warehouse(request)
    states = ("released", "picking", "picked", "packed", "partly_shipped")
    which = OutboundFilter(site=site.code, states=states)
    waves = picking.list_waves(sites=frozenset({site.code}), site=site.code)
    context = {
        "site": site,
        "orders": outbound_orders.list_urgent_orders(which, limit=TASKS_SHOWN_MAX),
        "waves": [row for row in waves if row.state == "released"],
        "today": timezone.localdate(),
    }
    return render(request, "wms/picking.html", context)


@require_POST
@page(action="wms.pick")
def open_walk(request: HttpRequest) -> HttpResponse:
    """Open the order or wave that was scanned: by its number, its document, or its tote."""
    site = get_warehouse(request)
    number = picking.find_walk(site.code, request.POST.get("scan", ""))
    if not number:
        messages.error(request, _("That is no open order. Scan an order, a wave or a tote."))
        return redirect(f"{reverse('wms:picking')}?site={site.code}")
    return redirect("wms:pick", number=number)


@require_http_methods(["GET", "POST"])
@page(action="wms.pick")
def walk(request: HttpRequest, number: str) -> HttpResponse:
    """Pick; a scan answers with what to do next."""
    get_actor(request).require_site(picking.get_walk_site(number))
    if request.method == "GET":
        return render(request, "wms/pick.html", _describe(request, number))
    answer, tone = _take_scan(request, _get_walk(request, number))
    if request.headers.get("HX-Request") != "true":
        messages.add_message(request, TONES[tone], answer)
        return redirect("wms:pick", number=number)
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="wms.pick")
def take_exception(request: HttpRequest, number: str) -> HttpResponse:
    """Do what a button says: short, skip, undo, or the answer whether a bin is empty."""
    get_actor(request).require_site(picking.get_walk_site(number))
    here = _get_walk(request, number)
    try:
        answer, tone = _take_button(request, here)
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    return _answer(request, number, answer=answer, tone=tone)


@require_POST
@page(action="wms.ship")
def ship(request: HttpRequest, number: str) -> HttpResponse:
    """Let what is picked of an order leave."""
    get_actor(request).require_site(outbound_orders.get_outbound_site(number))
    try:
        done = shipment.ship(
            shipping=Shipping(
                order=number,
                is_last=request.POST.get("is_last") == "1",
                tracking=request.POST.get("tracking", "").strip()[:64],
            ),
            by=get_trace(request),
            at=timezone.now(),
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, tell(refusal))
        return redirect("wms:pick", number=number)
    messages.success(request, _("%(number)s has left. The hub is told.") % {"number": done.number})
    return redirect(f"{reverse('wms:picking')}?site={done.site}")


def _get_walk(request: HttpRequest, number: str) -> Walk:
    """Return the walk, its next bin claimed, so that a colleague is sent to another one."""
    site = picking.get_walk_site(number)
    trace, at = get_trace(request), timezone.now()
    zone = request.session.get(f"{ZONE_KEY}{number}", "")
    # A page that is loaded ahead says where the walk would begin, and holds no bin.
    find = pick_claim.peek_next if request.GET.get("ahead") else pick_claim.claim_next
    claimed = find(walk=number, by=trace, at=at, zone=zone)
    return picking.get_walk(
        number,
        actor=trace.actor,
        at=at,
        packing_bin=outbound_order.get_packing_bin(site),
        claimed=claimed,
    )


def _describe(request: HttpRequest, number: str) -> dict[str, object]:
    return {
        "walk": _get_walk(request, number),
        "zone": request.session.get(f"{ZONE_KEY}{number}", ""),
        "may_pack": get_actor(request).may("wms.pack"),
    }


def _answer(request: HttpRequest, number: str, *, answer: str, tone: str) -> HttpResponse:
    context = _describe(request, number) | {"answer": answer, "tone": tone}
    return render(request, "wms/_pick.html", context)


def _take_scan(request: HttpRequest, here: Walk) -> Answer:
    text = request.POST.get("scan", "")
    try:
        scanned = queries.resolve_scan(here.site, text)
        if scanned.kind == "command":
            return _take_command(request, here, command=scanned.value)
        if scanned.kind == "tote":
            return _take_tote(request, here, tote=scanned.value)
        if scanned.kind == "bin":
            return _take_bin(request, here, bin_code=scanned.value)
        if scanned.sku is None:
            raise ScanUnknown(text=text, site=here.site)
        return _take_product(request, here, scanned=scanned)
    except Refusal as refusal:
        return tell(refusal), "bad"


def _take_bin(request: HttpRequest, here: Walk, *, bin_code: str) -> Answer:
    trace, at = get_trace(request), timezone.now()
    if here.current is None or bin_code == here.packing_bin:
        count = pick.drop(pick_ids=here.pick_ids, bin_code=bin_code, by=trace, at=at)
        return _("%(count)s put down in %(bin)s.") % {"count": count, "bin": bin_code}, "good"
    current = here.current
    if request.POST.get("instead") == "1" and bin_code != current.bin_code:
        moved = pick_lot.take_instead(
            pick_id=current.pick_id, instead=Instead(bin_code=bin_code), by=trace, at=at
        )
        values = {"bin": moved.bin_code, "quantity": moved.quantity}
        return _("Take %(quantity)s out of %(bin)s instead.") % values, "good"
    pick.scan_bin(pick_id=current.pick_id, bin_code=bin_code, by=trace, at=at)
    if here.scan_profile == ScanProfile.BIN and holds_one_sku(here.site, bin_code):
        pick.take(
            pick_id=current.pick_id,
            taking=_make_taking(request, here, quantity=current.quantity, is_counted=False),
            by=trace,
            at=at,
        )
        return _("Picked: %(quantity)s.") % {"quantity": current.quantity}, "good"
    return _("Right bin. Take %(quantity)s.") % {"quantity": current.quantity}, "good"


def _take_product(request: HttpRequest, here: Walk, *, scanned: Scanned) -> Answer:
    current = here.current
    assert scanned.sku is not None
    if current is None or current.sku.code != scanned.sku.code:
        raise ProductWrong(scanned=scanned.sku.code)
    if not current.is_bin_scanned:
        raise BinNotScanned(bin=current.bin_code)
    by, at = get_trace(request), timezone.now()
    quantity = _choose_goods(request, here, current, scanned=scanned)
    if here.is_cluster:
        pick.scan_product(pick_id=current.pick_id, by=by, at=at)
        request.session[COUNTED_KEY] = quantity <= scanned.quantity
        tote = here.current_tote
        said = (
            _("Now its tote: %(tote)s.") % {"tote": tote.tote} if tote else _("Now an empty tote.")
        )
        return said, "good"
    pick.take(
        pick_id=current.pick_id,
        taking=_make_taking(
            request,
            here,
            quantity=quantity,
            is_counted=quantity <= scanned.quantity,
            serial=scanned.serial,
        ),
        by=by,
        at=at,
    )
    if scanned.lot and scanned.lot != current.lot:
        values = {"quantity": quantity, "lot": scanned.lot}
        return _("Picked: %(quantity)s of lot %(lot)s instead.") % values, "info"
    return _("Picked: %(quantity)s.") % {"quantity": quantity}, "good"


def _choose_goods(request: HttpRequest, here: Walk, current: PickRow, *, scanned: Scanned) -> int:
    """
    Return how much a scan takes: one piece by its serial, else what is wanted of the lot scanned.

    Another lot than the one on the screen takes the reservation along.
    """
    if here.scan_profile == ScanProfile.BIN_PRODUCT_LOT and current.lot and not scanned.lot:
        raise LotNotScanned(lot=current.lot)
    if current.sku.is_serial_tracked and not scanned.serial:
        raise SerialNotScanned(sku=current.sku.code)
    quantity = current.quantity
    if scanned.lot and scanned.lot != current.lot:
        moved = pick_lot.take_instead(
            pick_id=current.pick_id,
            instead=Instead(bin_code=current.bin_code, lot=scanned.lot),
            by=get_trace(request),
            at=timezone.now(),
        )
        quantity = moved.quantity
    return 1 if scanned.serial else quantity


def _take_tote(request: HttpRequest, here: Walk, *, tote: str) -> Answer:
    """Note the tote goods go into; on a cluster walk it is what ends a line."""
    if not here.is_cluster:
        request.session[f"wms_tote_{here.number}"] = tote
        return _("Into %(tote)s.") % {"tote": tote}, "good"
    trace, at = get_trace(request), timezone.now()
    current, known = here.current, here.current_tote
    if current is None or not current.is_product_scanned:
        given = wave_tote.assign(wave=here.number, tote=tote, by=trace, at=at)
        values = {"tote": tote, "slot": given.slot, "order": given.order.number}
        return _("%(tote)s in slot %(slot)s is for %(order)s.") % values, "good"
    if known is None or request.session.pop(FULL_KEY, False):
        wave_tote.assign(wave=here.number, tote=tote, by=trace, at=at, order=current.order)
    elif known.tote != tote:
        raise wave_tote.ToteWrong(scanned=tote, expected=known.tote)
    taking = Taking(
        quantity=current.quantity,
        capture_mode="scan" if request.session.pop(COUNTED_KEY, False) else "bulk",
        tote=tote,
    )
    pick.take(pick_id=current.pick_id, taking=taking, by=trace, at=at)
    values = {"quantity": current.quantity, "tote": tote}
    return _("Picked: %(quantity)s into %(tote)s.") % values, "good"


def _make_taking(
    request: HttpRequest, here: Walk, *, quantity: int, is_counted: bool, serial: str = ""
) -> Taking:
    return Taking(
        quantity=quantity,
        capture_mode="scan" if is_counted else "bulk",
        tote=request.session.get(f"wms_tote_{here.number}", ""),
        text=request.POST.get("scan", ""),
        serials=(serial,) if serial else (),
        stamp=read_stamp(request),
    )


def _take_command(request: HttpRequest, here: Walk, *, command: str) -> Answer:
    if command == "undo":
        return _undo(request, here)
    if command == "skip" and here.current is not None:
        pick.skip(pick_id=here.current.pick_id)
        return _("Put at the end."), "info"
    if command == "post":
        return _ship_by_card(request, here)
    if command == "damaged":
        return _("Is it broken? Tap Short, and say how many are sound. The bin is counted."), "bad"
    return _("There is nothing left to skip."), "info"


def _ship_by_card(request: HttpRequest, here: Walk) -> Answer:
    """Let what is picked of an order leave, as its button does; say what is in the way."""
    if here.is_wave:
        return _("A wave is picked, not shipped: pack its orders."), "bad"
    if here.current is not None:
        return _("There is still something to pick. Pick it, skip it, or tap Short."), "bad"
    if not get_actor(request).may("wms.ship"):
        return _("All is picked. Somebody who ships takes it from here."), "info"
    done = shipment.ship(
        shipping=Shipping(order=here.number),
        by=get_trace(request),
        at=timezone.now(),
        message_id=make_id(),
    )
    return _("%(number)s has left. The hub is told.") % {"number": done.number}, "good"


def _undo(request: HttpRequest, here: Walk) -> Answer:
    back = pick.undo(pick_ids=here.pick_ids, by=get_trace(request), at=timezone.now())
    said = _("Taken back: %(sku)s %(quantity)s into %(bin)s.")
    return said % {"sku": back.sku, "quantity": back.quantity, "bin": back.bin_code}, "info"


def _take_button(request: HttpRequest, here: Walk) -> Answer:
    if "undo" in request.POST:
        return _undo(request, here)
    if "zone" in request.POST:
        zone = request.POST["zone"][:32]
        request.session[f"{ZONE_KEY}{here.number}"] = zone
        pick_claim.release(walk=here.number, by=get_trace(request))
        return (_("Only zone %(zone)s.") % {"zone": zone} if zone else _("All zones.")), "info"
    if "full" in request.POST:
        request.session[FULL_KEY] = True
        return _("Scan the tote that follows."), "info"
    if "empty" in request.POST or "left" in request.POST:
        return _answer_empty(request, here)
    if here.current is None:
        raise pick.PickTaken(number=here.number)
    if "skip" in request.POST:
        return _take_command(request, here, command="skip")
    return _short(request, here, current=here.current)


def _short(request: HttpRequest, here: Walk, *, current: PickRow) -> Answer:
    found = read_quantity(request.POST.get("found", ""))
    if found is None:
        return _("A quantity is a number up to 99,999."), "bad"
    taking = Taking(
        quantity=found,
        capture_mode="key",
        tote=here.current_tote.tote
        if here.current_tote
        else request.session.get(f"wms_tote_{here.number}", ""),
    )
    count = pick.short(
        pick_id=current.pick_id,
        taking=taking,
        by=get_trace(request, reason="short_pick"),
        at=timezone.now(),
        message_id=make_id(),
    )
    said = _("Short: %(found)s of %(wanted)s. %(count)s will count the bin.")
    values = {"found": found, "wanted": current.quantity, "count": count.number}
    return said % values, "bad"


def _answer_empty(request: HttpRequest, here: Walk) -> Answer:
    left = 0 if "empty" in request.POST else read_quantity(request.POST.get("rest", ""))
    if left is None:
        return _("A quantity is a number up to 99,999."), "bad"
    if here.asked is not None:
        pick.answer_empty(
            pick_id=here.asked.pick_id,
            quantity_left=left,
            by=get_trace(request),
            at=timezone.now(),
            message_id=make_id(),
        )
    return _("Noted. Thank you."), "good"
