"""Choosing the purchase orders that a notice or an invoice is about."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from yipan.access.actors import Actor, get_actor
from yipan.access.site_choice import find_chosen_site
from yipan.erp import queries
from yipan.erp.queries import OrderDetail, OrderFilter

ROWS_MAX = 50
TEXT_LENGTH_MAX = 96
ORDERS_MAX = 20


def get_orders(numbers: Sequence[str], *, actor: Actor) -> list[OrderDetail]:
    """Return the orders named, each at a site the reader sees."""
    wanted = list(dict.fromkeys(numbers))[:ORDERS_MAX]
    for number in wanted:
        actor.require_site(queries.get_order_site(number))
    return [queries.get_order(number) for number in wanted]


def choose_orders(
    request: HttpRequest, *, states: tuple[str, ...], sort: str, is_notice: bool, back: str
) -> HttpResponse:
    """Show the orders in some states to choose from; `back` names the list one came from."""
    actor = get_actor(request)
    text = request.GET.get("q", "")[:TEXT_LENGTH_MAX]
    which = OrderFilter(
        text=text,
        states=states,
        site=find_chosen_site(request, actor=actor),
        sites=actor.sites,
    )
    context = {
        "rows": queries.list_orders(which, sort=sort, limit=ROWS_MAX),
        "text": text,
        "is_notice": is_notice,
        "back": back,
    }
    return render(request, "erp/choose_orders.html", context)
