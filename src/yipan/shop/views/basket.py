"""The basket, and the checkout that keeps its goods for a while."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.pool.promises import InsufficientStock
from yipan.shop import basket as baskets
from yipan.shop import offers, ordering
from yipan.shop.basket import Basket
from yipan.shop.doors import open_to_all
from yipan.shop.offers import name_of
from yipan.shop.ordering import Buyer
from yipan.shop.views.catalog import make_frame

DIGITS_MAX = 3
#: What a shopper may allow for when the chosen store will not have it.
FALLBACKS = ("ask", "store", "ship")


@open_to_all("GET")
def show_basket(request: HttpRequest, channel: str) -> HttpResponse:
    """Show what is in the basket, and how it can come."""
    basket, at = baskets.load(request), timezone.now()
    context = make_frame(channel, basket) | _describe(basket, channel=channel, at=at)
    return render(request, "shop/basket.html", context)


@open_to_all("POST")
def put(request: HttpRequest, channel: str) -> HttpResponse:
    """Put a product into the basket, change how many, or take it out."""
    basket, at = baskets.load(request), timezone.now()
    sku = request.POST.get("sku", "")[:48]
    found = offers.find_offers([sku], channel=channel, at=at).get(sku)
    quantity = _read_number(request.POST.get("quantity", ""))
    if "add" in request.POST:
        quantity += basket.lines.get(sku, 0)
    store = request.POST.get("store", "")[:16]
    if store and found and any(it.site.code == store for it in found.stores):
        basket.method, basket.store = "pickup", store
    ordering.let_go(basket, channel=channel, at=at)
    if found is None or not found.is_sellable:
        baskets.put(basket, sku=sku, quantity=0)
        if found is not None and quantity:
            messages.warning(
                request, _("%(name)s has just sold out.") % {"name": name_of(found.sku)}
            )
    elif quantity > found.sellable:
        baskets.put(basket, sku=sku, quantity=found.sellable)
        messages.warning(
            request,
            _("Only %(count)s of %(name)s can be had.")
            % {"count": found.sellable, "name": name_of(found.sku)},
        )
    else:
        baskets.put(basket, sku=sku, quantity=quantity)
        if "add" in request.POST:
            messages.success(
                request, _("%(name)s is in your basket.") % {"name": name_of(found.sku)}
            )
    baskets.keep(request, basket)
    return redirect(_find_next(request, "shop:basket"))


@open_to_all("POST")
def choose_method(request: HttpRequest, channel: str) -> HttpResponse:
    """Choose between delivery and a store to pick it up."""
    basket, at = baskets.load(request), timezone.now()
    choice = request.POST.get("choice", "")[:24]
    ordering.let_go(basket, channel=channel, at=at)
    if choice == "ship":
        basket.method = "ship"
    elif choice in masterdata.find_sites([choice]):
        basket.method, basket.store = "pickup", choice
    baskets.keep(request, basket)
    return redirect("shop:basket")


@open_to_all("POST")
def hold(request: HttpRequest, channel: str) -> HttpResponse:
    """Set the goods of the basket aside and go to the form."""
    basket, at = baskets.load(request), timezone.now()
    if not basket.lines:
        return redirect("shop:basket")
    try:
        with transaction.atomic():
            ordering.hold(basket, channel=channel, at=at)
    except Refusal as refusal:
        baskets.keep(request, basket)
        _tell_refused(request, refusal)
        return redirect("shop:basket")
    baskets.keep(request, basket)
    return redirect("shop:checkout")


@open_to_all("GET")
def show_checkout(request: HttpRequest, channel: str) -> HttpResponse:
    """Show the form of the order: who, where to, and what it comes to."""
    basket, at = baskets.load(request), timezone.now()
    if not basket.lines:
        return redirect("shop:basket")
    context = make_frame(channel, basket) | _describe(basket, channel=channel, at=at)
    context |= {"is_held": basket.is_held(at=at), "held_until": _read_until(basket)}
    return render(request, "shop/checkout.html", context)


@open_to_all("POST")
def place(request: HttpRequest, channel: str) -> HttpResponse:
    """Order it. What somebody else has by now is said in a sentence, and nothing is ordered."""
    basket, at = baskets.load(request), timezone.now()
    buyer = Buyer(
        name=request.POST.get("name", "").strip()[:96],
        address=request.POST.get("address", "").strip()[:300],
        fallback=_read_fallback(request.POST.get("fallback", "")),
        note=request.POST.get("note", "").strip()[:200],
    )
    if not basket.lines:
        return redirect("shop:basket")
    is_sent = basket.method == "ship" or buyer.fallback == "ship"
    if not buyer.name or (is_sent and not buyer.address):
        messages.error(request, _("Say who it is for, and where it should go."))
        return redirect("shop:checkout")
    try:
        with transaction.atomic():
            number = ordering.place(
                basket, channel=channel, buyer=buyer, at=at, message_id=make_id()
            )
    except Refusal as refusal:
        _tell_refused(request, refusal)
        return redirect("shop:basket")
    basket.orders = [number, *basket.orders][: baskets.ORDERS_MAX]
    baskets.keep(request, basket)
    messages.success(request, _("Thank you. Your order is placed."))
    return redirect("shop:order", number=number, token=ordering.make_token(number))


def _describe(basket: Basket, *, channel: str, at: datetime) -> dict[str, object]:
    found = offers.find_offers(list(basket.lines), channel=channel, at=at)
    is_held = basket.is_held(at=at)
    lines = [
        {
            "offer": found[sku],
            "quantity": quantity,
            "amount": found[sku].sku.price_minor * quantity,
            # What is held for this basket is ours, though the pool says it is gone.
            "is_short": not is_held and quantity > found[sku].sellable,
        }
        for sku, quantity in basket.lines.items()
        if sku in found
    ]
    stores = offers.list_stores_for(basket.lines, found)
    chosen = next(
        (it for it, is_whole, _n in stores if it.site.code == basket.store and is_whole), None
    )
    ship_on = offers.find_shipping_day(basket.lines, channel=channel, at=at)
    can_go = bool(chosen) if basket.method == "pickup" else ship_on is not None
    site = masterdata.find_sites([basket.store]).get(basket.store) if basket.store else None
    return {
        "lines": lines,
        "total": ordering.sum_amount(basket.lines),
        "stores": stores,
        "chosen": chosen,
        "store": site,
        "ship_on": offers.write_day(ship_on, at=at) if ship_on else "",
        "can_go": is_held or can_go,
        "has_short": any(line["is_short"] for line in lines),
    }


def _tell_refused(request: HttpRequest, refusal: Refusal) -> None:
    """Say in a sentence what somebody else has by now."""
    if not isinstance(refusal, InsufficientStock):
        messages.error(request, _("That did not work. Look at your basket and try again."))
        return
    sku, left = str(refusal.facts.get("sku", "")), refusal.facts.get("available_quantity", 0)
    row = masterdata.find_skus([sku]).get(sku)
    name = name_of(row) if row else sku
    if left:
        text = _("Somebody was faster: only %(count)s of %(name)s can still be had.")
        messages.warning(request, text % {"count": left, "name": name})
    else:
        text = _("Somebody was faster: %(name)s has just sold out there.")
        messages.warning(request, text % {"name": name})


def _find_next(request: HttpRequest, fallback: str) -> str:
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        return target
    return fallback


def _read_fallback(text: str) -> str:
    return text if text in FALLBACKS else "ask"


def _read_until(basket: Basket) -> datetime | None:
    return datetime.fromisoformat(basket.held_until) if basket.held_until else None


def _read_number(text: str) -> int:
    text = text.strip()
    fits = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    return int(text) if fits else 0
