"""Pages of purchase orders (采购订单): list, document, and its steps."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.documents.printing import answer_paper, choose_language
from yipan.erp import papers, queries
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.documents.steps import list_steps
from yipan.erp.queries import (
    InvoiceFilter,
    NoticeFilter,
    OrderDetail,
    OrderFilter,
    ReturnFilter,
    SurplusFilter,
)
from yipan.erp.queries.purchase_changes import compare_waiting, list_changes
from yipan.erp.rules.purchasing import ABOUT_COST, OrderWarning
from yipan.erp.views.typed import read_version
from yipan.foundation.ids import make_id
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.pool.book import SITE_BOOK

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96

#: Group in the address to the states it shows; a person's work, not the machine's states.
GROUPS: dict[str, tuple[str, ...]] = {
    "draft": ("draft",),
    "approved": ("approved",),
    "open": ("sent", "partly_received"),
    "done": ("received", "closed_short", "canceled"),
}

#: The straight way of an order; coming in parts is a stop only for who stands there.
WAY = "draft approved sent received"
WAY_IN_PARTS = "draft approved sent partly_received received"


@require_GET
@page(action="erp.read")
def list_orders(request: HttpRequest) -> HttpResponse:
    """List purchase orders."""
    actor = get_actor(request)
    group = request.GET.get("state", "")
    is_late = request.GET.get("late") == "1"
    site = find_chosen_site(request, actor=actor)
    which = OrderFilter(
        text=request.GET.get("q", "")[:TEXT_LENGTH_MAX],
        states=GROUPS.get(group, ()),
        site=site,
        supplier=request.GET.get("supplier", "")[:TEXT_LENGTH_MAX],
        sites=actor.sites,
        late_on=timezone.localdate() if is_late else None,
    )
    sort = request.GET.get("sort", "") or "-number"
    rows = queries.list_orders(
        which, sort=sort, after=request.GET.get("after", ""), limit=ROWS_PER_PAGE
    )
    context = {
        "rows": rows,
        "text": which.text,
        "group": group if group in GROUPS else "",
        "is_late": is_late,
        "supplier": which.supplier,
        "suppliers": masterdata.list_suppliers(),
        "site": site,
        "today": timezone.localdate(),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "counts": {
            "draft": queries.count_orders(
                OrderFilter(states=("draft",), site=site, sites=actor.sites)
            ),
            "late": queries.count_orders(
                OrderFilter(site=site, sites=actor.sites, late_on=timezone.localdate())
            ),
        },
        "many": list_steps("purchase_order", actor),
        "may_see_cost": actor.may("ledger.read_cost"),
        "may_write": actor.may("erp.purchase_order.write"),
    }
    return render(request, "erp/purchase_orders.html", context)


@require_GET
@page(action="erp.read")
def show_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show one purchase order: what was ordered, what came, and how it went."""
    actor = get_actor(request)
    order = queries.get_order(number)
    actor.require_site(order.site.code)
    receipts = queries.list_receipts_of_order(number)
    history = read_history(
        document_type=purchase_order.DOCUMENT_TYPE,
        number=number,
        postings=[(SITE_BOOK, f"goods_receipt/{row.number}/post") for row in receipts],
    )
    with_cost = actor.may("ledger.read_cost")
    context = {
        **_find_related(order, actor),
        "warnings": _list_warnings(order, with_cost=with_cost),
        "needs_reason": order.state == "draft" and purchase_order.needs_reason(order.number),
        "order": order,
        "way": WAY_IN_PARTS if order.state == "partly_received" else WAY,
        "receipts": receipts,
        "history": history,
        "steps": _list_steps(order, actor),
        "is_own_draft": order.state == "draft" and order.created_by == actor.name,
        "is_late": _is_late(order),
        "may_open_messages": actor.may("exchange.read"),
        "may_see_inbound": actor.may("wms.read"),
        "may_see_cost": with_cost,
    }
    return render(request, "erp/purchase_order.html", context)


def _find_related(order: OrderDetail, actor: Actor) -> dict[str, object]:
    """Return what belongs to an order: its changes, and documents that name it."""
    changes = list_changes(order.number)
    waiting = next((change for change in changes if change.state == "proposed"), None)
    is_open = order.state in GROUPS["open"]
    return {
        "changes": changes,
        "waiting": waiting,
        "waiting_lines": compare_waiting(order.number) if waiting else [],
        "may_decide_change": waiting is not None
        and is_open
        and waiting.changed_by != actor.name
        and actor.may("erp.purchase_order.approve"),
        "may_change": is_open and waiting is None and actor.may("erp.purchase_order.write"),
        "may_announce": is_open and actor.may("erp.arrival_notice.write"),
        "may_bill": order.state not in ("draft", "approved", "canceled")
        and actor.may("erp.supplier_invoice.write"),
        "may_return": order.quantity_received > 0 and actor.may("erp.supplier_return.write"),
        "notices": queries.list_notices(NoticeFilter(order=order.number, sites=actor.sites)),
        "surpluses": queries.list_surpluses(SurplusFilter(order=order.number, sites=actor.sites)),
        "returns": queries.list_returns(ReturnFilter(order=order.number, sites=actor.sites)),
        "invoices": queries.list_invoices(InvoiceFilter(order=order.number, sites=actor.sites))
        if actor.may("ledger.read_cost")
        else [],
    }


def _list_warnings(order: OrderDetail, *, with_cost: bool) -> list[OrderWarning]:
    """Return what a person should look at while the order can still be changed."""
    if order.state not in ("draft", "approved"):
        return []
    found = purchase_order.find_warnings(order.number)
    return [it for it in found if with_cost or it.code not in ABOUT_COST]


@require_GET
@page(action="erp.read")
def print_order(request: HttpRequest, number: str) -> HttpResponse:
    """Show a purchase order as PDF, in the language of the reader or of `?language=`."""
    order = queries.get_order(number)
    get_actor(request).require_site(order.site.code)
    paper = papers.print_order(
        order,
        language=choose_language(request),
        with_cost=get_actor(request).may("ledger.read_cost"),
    )
    return answer_paper(paper, name=number)


@require_POST
@page(action="erp.purchase_order.approve")
def approve_order(request: HttpRequest, number: str) -> HttpResponse:
    """Approve a draft somebody else wrote."""
    return _step(
        request,
        number,
        lambda by: purchase_order.approve(
            number=number,
            by=by,
            at=timezone.now(),
            roles=get_actor(request).roles,
            version=read_version(request.POST.get("version", "")),
        ),
        done=_("Approved. The order can be sent."),
    )


@require_POST
@page(action="erp.purchase_order.send")
def send_order(request: HttpRequest, number: str) -> HttpResponse:
    """Send an approved order."""
    return _step(
        request,
        number,
        lambda by: purchase_order.send(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Sent. The warehouse is told what to expect."),
    )


@require_POST
@page(action="erp.purchase_order.cancel")
def cancel_order(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel an order of which nothing came."""
    return _step(
        request,
        number,
        lambda by: purchase_order.cancel(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Canceled. Nothing is expected any more."),
    )


@require_POST
@page(action="erp.purchase_order.close")
def close_order(request: HttpRequest, number: str) -> HttpResponse:
    """Close an order of which not everything came."""
    return _step(
        request,
        number,
        lambda by: purchase_order.close_short(
            number=number, by=by, at=timezone.now(), message_id=make_id()
        ),
        done=_("Closed short. The rest is not expected any more."),
    )


def _step(
    request: HttpRequest, number: str, take: Callable[[Trace], object], *, done: str
) -> HttpResponse:
    get_actor(request).require_site(queries.get_order_site(number))
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    take_step(request, lambda: take(trace), done=done)
    return redirect("erp:purchase_order", number=number)


def _list_steps(order: OrderDetail, actor: Actor) -> frozenset[str]:
    """Return the steps this reader may take from where the order stands."""
    steps = {
        step
        for step, states in purchase_order.STEPS.items()
        if order.state in states
        and actor.may(f"erp.purchase_order.{ACTION_OF_STEP.get(step, step)}")
    }
    if order.created_by == actor.name:
        steps.discard("approve")
    return frozenset(steps)


ACTION_OF_STEP = {"edit": "write", "close_short": "close"}


def _is_late(order: OrderDetail) -> bool:
    return (
        order.expected_on is not None
        and order.state in GROUPS["open"]
        and order.expected_on < timezone.localdate()
    )
