"""Pages of arrival notices (预到货通知): what is on its way, writing it down, saying it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp import queries
from yipan.erp.documents.purchasing import arrival_notice, arrival_packages
from yipan.erp.documents.purchasing.arrival_notice import Noticed, NoticedLine
from yipan.erp.models import ArrivalNotice
from yipan.erp.queries import NoticeFilter, NoticeRow, OrderDetail
from yipan.erp.queries.arrival_notices import list_announced
from yipan.erp.views.chosen_orders import choose_orders, get_orders
from yipan.erp.views.typed import read_moment, read_whole
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata.rows import SkuRow

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
STATES_OPEN = ("sent", "partly_received")


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A line of the form: what is on its way of a line of an order, as it was typed."""

    order: str
    sku: SkuRow
    quantity: str
    quantity_open: int
    is_wrong: bool = False


@require_GET
@page(action="erp.read")
def list_notices(request: HttpRequest) -> HttpResponse:
    """List arrival notices: what is to come, what is late, or all."""
    actor = get_actor(request)
    group = request.GET.get("state", "coming")
    which = NoticeFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        site=find_chosen_site(request, actor=actor),
        is_coming=group == "coming",
        late_at=timezone.now() if group == "late" else None,
        sites=actor.sites,
    )
    rows = queries.list_notices(which, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE)
    context = {
        "rows": rows,
        "text": which.text,
        "group": group,
        "now": timezone.now(),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_write": actor.may("erp.arrival_notice.write"),
    }
    return render(request, "erp/arrival_notices.html", context)


@require_GET
@page(action="erp.read")
def show_notice(request: HttpRequest, number: str) -> HttpResponse:
    """Show one arrival notice: its lines and packages, and what has come of them."""
    actor = get_actor(request)
    notice = _get_seen(number, actor=actor)
    may_write = actor.may("erp.arrival_notice.write") and notice.is_coming
    context = {
        "notice": notice,
        "is_late": _is_late(notice),
        "way": "announced partly_received received"
        if notice.state == "partly_received"
        else "announced received",
        "history": read_history(document_type=arrival_notice.DOCUMENT_TYPE, number=number),
        "may_write": may_write,
        "may_open_messages": actor.may("exchange.read"),
    }
    return render(request, "erp/arrival_notice.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.arrival_notice.write")
def announce(request: HttpRequest) -> HttpResponse:
    """Write down what a supplier says is on its way for one or several orders."""
    actor = get_actor(request)
    typed = request.POST if request.method == "POST" else request.GET
    orders = get_orders(typed.getlist("order"), actor=actor)
    if not orders:
        return choose_orders(
            request, states=STATES_OPEN, sort="expected", is_notice=True, back="erp:arrival_notices"
        )
    if request.method == "GET":
        return _show(request, orders=orders, entries=_suggest(orders))
    entries = _read_entries(request, orders)
    notice = _try(request, orders, entries)
    if notice is not None:
        messages.success(request, _("Written. The warehouse is told what comes and when."))
        return redirect("erp:arrival_notice", number=notice.number)
    return _show(request, orders=orders, entries=entries)


@require_http_methods(["GET", "POST"])
@page(action="erp.arrival_notice.write")
def edit_notice(request: HttpRequest, number: str) -> HttpResponse:
    """Say again what is on its way, and when it comes."""
    actor = get_actor(request)
    notice = _get_seen(number, actor=actor)
    orders = get_orders(notice.orders, actor=actor)
    if not notice.is_coming or not orders:
        messages.error(request, _("Nothing of this notice is on its way any more."))
        return redirect("erp:arrival_notice", number=number)
    if request.method == "GET":
        return _show(request, orders=orders, entries=_repeat(notice), notice=notice)
    entries = _read_entries(request, orders)
    if _try(request, orders, entries, notice=notice) is not None:
        messages.success(request, _("Saved. The warehouse is told."))
        return redirect("erp:arrival_notice", number=number)
    return _show(request, orders=orders, entries=entries, notice=notice)


@require_POST
@page(action="erp.arrival_notice.write")
def cancel_notice(request: HttpRequest, number: str) -> HttpResponse:
    """Wait no longer for what is still open of a notice."""
    _get_seen(number, actor=get_actor(request))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(
        request,
        lambda: arrival_notice.cancel(
            number=number, by=trace, at=timezone.now(), message_id=make_id()
        ),
        done=_("Canceled. The warehouse is told."),
    )
    return redirect("erp:arrival_notice", number=number)


def _get_seen(number: str, *, actor: Actor) -> NoticeRow:
    notice = queries.get_notice(number)
    actor.require_site(notice.site.code)
    return notice


def _suggest(orders: Sequence[OrderDetail]) -> list[Entry]:
    """Return a line for all that is open and not yet announced."""
    entries = []
    for order in orders:
        announced = list_announced(order.number)
        for line in order.lines:
            rest = max(0, line.quantity_open - announced.get(line.sku.code, 0))
            if line.quantity_open:
                entries.append(
                    Entry(
                        order=order.number,
                        sku=line.sku,
                        quantity=str(rest),
                        quantity_open=line.quantity_open,
                    )
                )
    return entries


def _repeat(notice: NoticeRow) -> list[Entry]:
    return [
        Entry(
            order=line.purchase_order_number,
            sku=line.sku,
            quantity=str(line.quantity),
            quantity_open=line.quantity - line.quantity_received,
        )
        for line in notice.lines
    ]


def _read_entries(request: HttpRequest, orders: Sequence[OrderDetail]) -> list[Entry]:
    known = {(order.number, line.sku.code): line for order in orders for line in order.lines}
    rows = zip(
        request.POST.getlist("order"),
        request.POST.getlist("sku"),
        request.POST.getlist("quantity"),
        strict=False,
    )
    return [
        Entry(
            order=order,
            sku=known[order, sku].sku,
            quantity=quantity,
            quantity_open=known[order, sku].quantity_open,
            is_wrong=read_whole(quantity) is None,
        )
        for order, sku, quantity in rows
        if (order, sku) in known
    ]


def _try(
    request: HttpRequest,
    orders: Sequence[OrderDetail],
    entries: Sequence[Entry],
    *,
    notice: NoticeRow | None = None,
) -> ArrivalNotice | None:
    """Write the notice down; tell why not, and return None, when it is refused."""
    if any(entry.is_wrong for entry in entries):
        messages.error(request, _("A quantity is a whole number; 0 leaves a line out."))
        return None
    trace, at = get_trace(request), timezone.now()
    try:
        noticed = _read(request, orders, entries)
        if notice is None:
            return arrival_notice.announce(noticed=noticed, by=trace, at=at, message_id=make_id())
        return arrival_notice.announce_anew(
            number=notice.number,
            noticed=noticed,
            version=read_whole(request.POST.get("version", "")) or 0,
            by=trace,
            at=at,
            message_id=make_id(),
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return None


def _read(request: HttpRequest, orders: Sequence[OrderDetail], entries: Sequence[Entry]) -> Noticed:
    typed = request.POST
    return Noticed(
        site=orders[0].site.code,
        supplier=orders[0].supplier.code,
        lines=tuple(
            NoticedLine(
                sku=entry.sku.code,
                quantity=read_whole(entry.quantity) or 0,
                purchase_order_number=entry.order,
            )
            for entry in entries
            if read_whole(entry.quantity)
        ),
        packages=arrival_packages.read_lines(typed.get("packages", "")),
        expected_at=read_moment(typed.get("expected_at", "")),
        carrier=typed.get("carrier", "").strip()[:48],
        tracking=typed.get("tracking", "").strip()[:64],
        note=typed.get("note", "").strip()[:400],
    )


def _write_packages(notice: NoticeRow | None) -> str:
    if notice is None:
        return ""
    return arrival_packages.write_lines(
        (package.sscc, [(sku.code, *rest) for sku, *rest in package.lines])
        for package in notice.packages
    )


def _show(
    request: HttpRequest,
    *,
    orders: Sequence[OrderDetail],
    entries: Sequence[Entry],
    notice: NoticeRow | None = None,
) -> HttpResponse:
    is_typed = request.method == "POST"
    standing = {
        "expected_at": f"{timezone.localtime(notice.expected_at):%Y-%m-%dT%H:%M}"
        if notice and notice.expected_at
        else "",
        "carrier": notice.carrier if notice else "",
        "tracking": notice.tracking if notice else "",
        "note": notice.note if notice else "",
        "packages": _write_packages(notice),
    }
    context = {
        "orders": orders,
        "supplier": orders[0].supplier,
        "site": orders[0].site,
        "entries": entries,
        "notice": notice,
        "is_fixed": notice is not None and notice.state == "partly_received",
        "typed": {name: request.POST.get(name, "") for name in standing} if is_typed else standing,
    }
    status = 422 if is_typed else 200
    return render(request, "erp/arrival_notice_form.html", context, status=status)


def _is_late(notice: NoticeRow) -> bool:
    return (
        notice.is_coming and notice.expected_at is not None and notice.expected_at < timezone.now()
    )
