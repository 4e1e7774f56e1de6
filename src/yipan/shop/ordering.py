"""Buying (下单): hold what is in the basket, give the order to order management, cancel it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.core import signing

from yipan.foundation.refusals import NotFound, Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata import queries as masterdata
from yipan.oms.documents import order as verbs
from yipan.oms.documents import order_change, pickup_moving
from yipan.oms.documents.order import Bought, BoughtLine
from yipan.oms.documents.pickup_moving import Instead
from yipan.oms.queries import orders
from yipan.oms.queries.orders import OrderDetail
from yipan.pool import promises
from yipan.pool.promises import Ask
from yipan.pool.queries.channels import get_channel
from yipan.pool.queries.reachable import list_unable
from yipan.pool.rules import PromisedLine
from yipan.shop.basket import Basket

SALT = "shop order"
ACTOR = "channel:{channel}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Buyer:
    """
    Who buys, and where to send it.

    Of an order to pick up, `fallback` is what may become of it when the store will not have it;
    the address is for a parcel then.
    """

    name: str
    address: str = ""
    fallback: str = "ask"
    region: str = ""
    note: str = ""


def hold(basket: Basket, *, channel: str, at: datetime) -> None:
    """
    Set the goods of a basket aside while its owner fills in the form.

    :raises InsufficientStock: if somebody else has them by now; then nothing is set aside.
    """
    let_go(basket, channel=channel, at=at)
    seconds = get_channel(channel).hold_seconds
    until = at + timedelta(seconds=seconds)
    basket.key = basket.key or secrets.token_hex(8)
    basket.place += 1
    site = basket.store if basket.method == "pickup" else ""
    ask = Ask(
        step="hold",
        number=f"hld_shop_{basket.key}_{basket.place}",
        lines=tuple(
            PromisedLine(site=site, sku=sku, quantity=quantity)
            for sku, quantity in basket.lines.items()
        ),
        expires_at=until,
        seconds=seconds,
        external_id=f"shop {basket.key}",
        actor=ACTOR.format(channel=channel),
        channel=channel,
        method=basket.method,
        # Held where it can be sent from, and not where it only lies.
        without=frozenset() if site else list_unable(channel=channel, method="ship", at=at),
    )
    promises.hold(ask=ask, at=at)
    basket.hold, basket.held_until = ask.number, until.isoformat()


def let_go(basket: Basket, *, channel: str, at: datetime) -> None:
    """Give back what is held for a basket, if anything still is."""
    if basket.is_held(at=at):
        ask = Ask(step="release", number=basket.hold, actor=ACTOR.format(channel=channel))
        # When it ran out this very moment, there is nothing to give back.
        with suppress(Refusal):
            promises.release(ask=ask, at=at)
    basket.hold, basket.held_until = "", ""


def place(basket: Basket, *, channel: str, buyer: Buyer, at: datetime, message_id: UUID) -> str:
    """
    Order what is in a basket, all of it or nothing, and empty it. Return the order's number.

    The goods held for it are taken over; when the hold has run out, they are taken anew.

    :raises InsufficientStock: if somebody else has them by now.
    """
    known = masterdata.find_skus(basket.lines)
    number = f"{basket.key or secrets.token_hex(8)}-{basket.place}"
    bought = Bought(
        channel=channel,
        external_id=number,
        lines=tuple(
            BoughtLine(sku=sku, quantity=quantity, amount_minor=known[sku].price_minor * quantity)
            for sku, quantity in basket.lines.items()
        ),
        method=basket.method,
        pickup_site=basket.store if basket.method == "pickup" else "",
        customer_name=buyer.name,
        address=buyer.address if basket.method == "ship" or buyer.fallback == "ship" else "",
        pickup_fallback=buyer.fallback if basket.method == "pickup" else "ask",
        region=buyer.region,
        may_wait=False,
        note=buyer.note,
        hold=basket.hold if basket.is_held(at=at) else "",
        placed_at=at,
    )
    by = Trace(actor=ACTOR.format(channel=channel))
    taken = verbs.take(bought=bought, by=by, at=at, message_id=message_id)
    basket.lines, basket.hold, basket.held_until = {}, "", ""
    basket.place += 1
    return taken.number


def make_token(number: str) -> str:
    """Return what is needed to look at an order besides its number, which can be guessed."""
    return signing.Signer(salt=SALT).sign(number).rpartition(":")[2]


def get_order(number: str, *, token: str, channel: str) -> OrderDetail:
    """
    Return an order of this shop to whoever was given its address.

    :raises NotFound: if there is none, or the token is not its own.
    """
    try:
        signing.Signer(salt=SALT).unsign(f"{number}:{token}")
    except signing.BadSignature as error:
        raise NotFound(kind="channel_order", id=number) from error
    detail = orders.get_order(number)
    if detail.channel != channel:
        raise NotFound(kind="channel_order", id=number)
    return detail


def cancel(number: str, *, channel: str, at: datetime, message_id: UUID) -> None:
    """
    Cancel what of an order has not left.

    :raises WrongState: if all of it has.
    """
    by = Trace(actor=ACTOR.format(channel=channel), reason="Canceled by the customer.")
    verbs.cancel(number=number, by=by, at=at, message_id=message_id)


def sum_amount(lines: Mapping[str, int]) -> int:
    """Return what a basket costs, in minor units."""
    known = masterdata.find_skus(lines)
    return sum(known[sku].price_minor * quantity for sku, quantity in lines.items() if sku in known)


def change(
    number: str, *, wanted: Mapping[int, int], channel: str, at: datetime, message_id: UUID
) -> None:
    """
    Take less of some lines of an order: `wanted` maps a line to its new quantity.

    :raises WrongState: if nothing of the order is open any more.
    """
    by = Trace(actor=ACTOR.format(channel=channel), reason="Changed by the customer.")
    order_change.reduce(number=number, wanted=wanted, by=by, at=at, message_id=message_id)


def move_pickup(
    number: str, *, site: str, address: str, channel: str, at: datetime, message_id: UUID
) -> None:
    """
    Fetch what waits of an order at another store, or have it sent, when `site` is empty.

    :raises Refusal: if not all of it can be had that way any more.
    """
    by = Trace(actor=ACTOR.format(channel=channel), reason="Chosen by the customer.")
    instead = Instead(site=site, address=address)
    pickup_moving.move(number=number, instead=instead, by=by, at=at, message_id=message_id)
