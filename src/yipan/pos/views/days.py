"""The day of a till (日结) in three screens: nothing unsent, count blind, posted."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound, Refusal
from yipan.pos import queries
from yipan.pos.documents import store_day, till_device
from yipan.pos.documents.store_day import AmountNotPlausible, Cash, TicketsMissing
from yipan.pos.queries import TillRow
from yipan.pos.rules import days as rules
from yipan.pos.views.sites import allow_bridge, get_store

TILL_LENGTH_MAX = 32
DIGITS_MAX = 12
SEQUENCE_DIGITS_MAX = 9


@require_GET
@page(action="pos.close_day")
def show_day(request: HttpRequest) -> HttpResponse:
    """Screen 1: the day that is open at a till, its cash, and whether all is sent."""
    till = _find_till(request)
    today = store_day.open_day(till=till.code, by=get_trace(request), at=timezone.now())
    day = queries.get_day(today.number)
    bridge_url = allow_bridge(request, till.site.code)
    context = {
        "till": till,
        "bridge_url": bridge_url,
        "tills": queries.list_tills(sites=get_actor(request).sites, site=till.site.code),
        "day": day,
        "cash": queries.list_cash(till=till.code, business_date=day.business_date),
    }
    return render(request, "pos/day.html", context)


@require_POST
@page(action="pos.close_day")
def move_cash(request: HttpRequest) -> HttpResponse:
    """Take down a float, or cash that goes in or out."""
    till = _find_till(request)
    reason = request.POST.get("reason", "")

    def step() -> None:
        store_day.move_cash(
            till=till.code,
            cash=Cash(
                cash_type=request.POST.get("cash_type", ""),
                amount_minor=_read_amount(request.POST.get("amount", "")),
            ),
            by=get_trace(request, reason=reason),
            at=timezone.now(),
            message_id=make_id(),
        )

    take_step(request, step, done=_("Written down."))
    return redirect(f"{reverse('pos:day')}?{urlencode({'till': till.code})}")


@require_http_methods(["GET", "POST"])
@page(action="pos.close_day")
def count_cash(request: HttpRequest) -> HttpResponse:
    """Screen 2: count each tender without seeing what it should be, and seal the day."""
    till = _find_till(request)
    by, at = get_trace(request), timezone.now()
    today = store_day.open_day(till=till.code, by=by, at=at)
    missing: list[str] = []
    if request.method == "POST":
        reason = request.POST.get("without_reason", "").strip()
        is_without = bool(reason) and get_actor(request).may("pos.override")
        try:
            _hear_device(request, till)
            if is_without:
                till_device.give_up(
                    till_code=till.code, by=get_trace(request, reason=reason), at=at
                )
            counted = {
                tender: _read_amount(request.POST.get(tender, "")) for tender in rules.TENDERS
            }
            sealed = store_day.seal(
                till=till.code,
                day=today.business_date,
                counted=counted,
                by=by,
                at=at,
                message_id=make_id(),
            )
        except TicketsMissing:
            missing = till_device.list_missing_numbers(till.code)
        except Refusal as refusal:
            messages.error(request, tell(refusal))
        else:
            return redirect("pos:store_day", number=sealed.number)
    context = {
        "till": till,
        "day": queries.get_day(today.number),
        "tenders": [(tender, request.POST.get(tender, "")) for tender in rules.TENDERS],
        "missing": missing,
        "may_give_up": get_actor(request).may("pos.override"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "pos/day_count.html", context, status=status)


@require_GET
@page(action="pos.read")
def list_days(request: HttpRequest) -> HttpResponse:
    """List the days of tills."""
    actor = get_actor(request)
    rows = queries.list_days(sites=actor.sites, site=find_chosen_site(request, actor=actor))
    context = {"rows": rows, "may_close": actor.may("pos.close_day")}
    return render(request, "pos/days.html", context)


@require_GET
@page(action="pos.read")
def show_store_day(request: HttpRequest, number: str) -> HttpResponse:
    """Screen 3: what was sealed, over and short, and what the hub says."""
    actor = get_actor(request)
    day = queries.get_day(number)
    actor.require_site(day.site.code)
    context = {
        "day": day,
        "book_code": f"pos:{day.site.code}",
        "cash": queries.list_cash(till=day.till, business_date=day.business_date),
        "history": read_history(document_type=store_day.DOCUMENT_TYPE, number=number),
        "may_open_messages": actor.may("exchange.read"),
        "may_close": actor.may("pos.close_day") and day.state in ("sealed", "differs"),
    }
    return render(request, "pos/store_day.html", context)


@require_POST
@page(action="pos.close_day")
def tell_again(request: HttpRequest, number: str) -> HttpResponse:
    """Tell the hub of a sealed day once more."""
    get_actor(request).require_site(queries.get_day(number).site.code)

    def step() -> None:
        store_day.tell_again(
            number=number, by=get_trace(request), at=timezone.now(), message_id=make_id()
        )

    take_step(request, step, done=_("The hub is told again."))
    return redirect("pos:store_day", number=number)


def _hear_device(request: HttpRequest, till: TillRow) -> None:
    """Take in what the register on this device says of its numbers, when it is one."""
    device, last = request.POST.get("device", ""), request.POST.get("last_sequence", "")
    if not device or not last.isdecimal() or len(last) > SEQUENCE_DIGITS_MAX:
        return
    try:
        told = UUID(device)
    except ValueError:
        return
    till_device.note_last(till_code=till.code, device=told, last_sequence=int(last))


def _find_till(request: HttpRequest) -> TillRow:
    """Return the till the page is about: named, else the first of the store."""
    store = get_store(request)
    named = (request.GET.get("till") or "")[:TILL_LENGTH_MAX]
    till = queries.find_till(named) if named else None
    if till is None:
        tills = queries.list_tills(sites=get_actor(request).sites, site=store.code)
        if named or not tills:
            raise NotFound(kind="till", id=named)
        till = tills[0]
    get_actor(request).require_site(till.site.code)
    return till


def _read_amount(text: str) -> int:
    """
    Return a keyed amount in minor units; nothing keyed is nothing there.

    :raises AmountNotPlausible: if it is no amount, or too exact.
    """
    cleaned = text.replace(",", "").strip() or "0"
    try:
        minor = Decimal(cleaned[:DIGITS_MAX]) * 100
    except InvalidOperation:
        raise AmountNotPlausible(amount=cleaned[:DIGITS_MAX]) from None
    if not minor.is_finite() or minor != minor.to_integral_value() or len(cleaned) > DIGITS_MAX:
        raise AmountNotPlausible(amount=cleaned[:DIGITS_MAX])
    return int(minor)
