"""Pages of landed costs (采购费用分摊单): list, document, form, steps."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, take_step, tell
from yipan.documents.history import read_history
from yipan.erp import queries
from yipan.erp.documents.value import landed_cost, legal_entity
from yipan.erp.documents.value.landed_cost import Cost
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.queries import ReceiptFilter, landed_costs, value_sources
from yipan.erp.queries.landed_costs import LandedCostRow
from yipan.foundation.moments import read_day
from yipan.foundation.money import parse_amount
from yipan.foundation.refusals import NotFound, Refusal
from yipan.masterdata import queries as masterdata

ROWS_PER_PAGE = 50
RECEIPTS_OFFERED = 50
STATES = ("draft", "posted", "canceled")


@require_GET
@page(action="ledger.read_cost")
def list_costs(request: HttpRequest) -> HttpResponse:
    """List landed costs."""
    actor = get_actor(request)
    state = request.GET.get("state", "")
    rows = landed_costs.list_landed_costs(
        state=state if state in STATES else "",
        sites=actor.sites,
        after=request.GET.get("after", "")[:48],
        limit=ROWS_PER_PAGE,
    )
    entities = {row.code: row for row in value_sources.list_entities()}
    context = {
        "rows": [(row, entities.get(row.entity)) for row in rows],
        "state": state,
        "states": STATES,
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_write": actor.may("erp.landed_cost.write"),
    }
    return render(request, "erp/landed_costs.html", context)


@require_GET
@page(action="ledger.read_cost")
def show_cost(request: HttpRequest, number: str) -> HttpResponse:
    """Show one landed cost: what was paid, and what goods took it."""
    actor = get_actor(request)
    row = _get_seen(number, actor=actor)
    skus = masterdata.find_skus({line.sku for line in row.lines})
    is_draft = row.state == "draft"
    context = {
        "row": row,
        "entity": legal_entity.require(row.entity),
        "lines": [(line, skus.get(line.sku)) for line in row.lines],
        "history": read_history(document_type=landed_cost.DOCUMENT_TYPE, number=number),
        "may_post": is_draft and actor.may("erp.landed_cost.post"),
        "may_cancel": is_draft and actor.may("erp.landed_cost.write"),
    }
    return render(request, "erp/landed_cost.html", context)


@require_http_methods(["GET", "POST"])
@page(action="erp.landed_cost.write")
def add_cost(request: HttpRequest) -> HttpResponse:
    """Write down what was paid besides the goods."""
    actor = get_actor(request)
    if request.method == "POST":
        cost = _read(request, actor=actor)
        if cost is not None:
            try:
                document = landed_cost.create(cost=cost, by=get_trace(request), at=timezone.now())
            except Refusal as refusal:
                messages.error(request, f"{tell(refusal)} ({refusal.code})")
            else:
                messages.success(request, _("Written. It changes no value until it is posted."))
                return redirect("erp:landed_cost", number=document.number)
    receipts = queries.list_receipts(ReceiptFilter(sites=actor.sites), limit=RECEIPTS_OFFERED)
    context = {
        "entities": legal_entity.list_or_begin(),
        "cost_types": CostType.choices,
        "bases": CostBasis.choices,
        "receipts": receipts,
        "suppliers": masterdata.list_suppliers(),
        "today": timezone.localdate(),
        "typed": request.POST,
        "chosen": set(request.POST.getlist("receipts") or request.GET.getlist("receipt")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "erp/landed_cost_form.html", context, status=status)


@require_POST
@page(action="erp.landed_cost.post")
def post_cost(request: HttpRequest, number: str) -> HttpResponse:
    """Spread a landed cost over its receipts."""
    _get_seen(number, actor=get_actor(request))
    take_step(
        request,
        lambda: landed_cost.post(number=number, by=get_trace(request), at=timezone.now()),
        done=_("Posted. The goods that are still there carry it."),
    )
    return redirect("erp:landed_cost", number=number)


@require_POST
@page(action="erp.landed_cost.write")
def cancel_cost(request: HttpRequest, number: str) -> HttpResponse:
    """Give a draft up."""
    _get_seen(number, actor=get_actor(request))
    take_step(
        request,
        lambda: landed_cost.cancel(number=number, by=get_trace(request), at=timezone.now()),
        done=_("Canceled. No value was changed."),
    )
    return redirect("erp:landed_cost", number=number)


def _get_seen(number: str, *, actor: Actor) -> LandedCostRow:
    """
    Return a landed cost whose receipts all are at sites that the reader sees.

    :raises NotFound: if one is not, or there is none of this number.
    """
    row = landed_costs.get_landed_cost(number)
    if not all(actor.sees(site) for site in landed_costs.list_receipt_sites(row.receipts)):
        raise NotFound(kind="landed_cost", id=number)
    return row


def _read(request: HttpRequest, *, actor: Actor) -> Cost | None:
    """Return what the form says; None, with a message, when it cannot be read."""
    typed = request.POST
    entity = next(
        (row for row in legal_entity.list_or_begin() if row.code == typed.get("entity")), None
    )
    receipts = tuple(dict.fromkeys(typed.getlist("receipts")))
    amount = parse_amount(typed.get("amount", ""), currency=entity.currency if entity else "CNY")
    day = read_day(typed.get("occurred_on", ""))
    if entity is None or amount is None or day is None:
        messages.error(request, _("Give a legal entity, an amount such as 12.80, and a day."))
        return None
    if typed.get("cost_type") not in CostType.values or typed.get("basis") not in CostBasis.values:
        messages.error(request, _("Choose a type of cost and how it is spread."))
        return None
    if not receipts or not landed_costs.list_receipt_sites(receipts) <= _list_seen(actor, receipts):
        messages.error(request, _("Choose the goods receipts that the cost belongs to."))
        return None
    return Cost(
        entity=entity.code,
        cost_type=CostType(typed["cost_type"]),
        basis=CostBasis(typed["basis"]),
        amount_minor=amount,
        occurred_on=day,
        receipts=receipts,
        supplier=typed.get("supplier", "")[:32],
        reference=typed.get("reference", "")[:96],
        note=typed.get("note", "")[:500],
    )


def _list_seen(actor: Actor, receipts: tuple[str, ...]) -> set[str]:
    return {site for site in landed_costs.list_receipt_sites(receipts) if actor.sees(site)}
