"""Totes of a cluster walk (边拣边分): each order has its own; another follows a full one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.wms.models import OutboundOrder, Wave, WaveTote
from yipan.wms.models.outbound_order import STATES_OPEN, PickState, WaveState

STEPS = {"assign": frozenset({WaveState.RELEASED})}


class ToteInUse(Refusal):
    """That tote holds goods of another order: take an empty one."""

    code = "pick.tote_in_use"
    status = 422


class ToteWrong(Refusal):
    """That is the tote of another order: put it into the one on the screen."""

    code = "pick.tote_wrong"
    status = 422


class NoOrderLeft(Refusal):
    """Every order of this wave has its tote."""

    code = "pick.totes_complete"


@transaction.atomic
def assign(*, wave: str, tote: str, by: Trace, at: datetime, order: str = "") -> WaveTote:
    """
    Give a tote to an order of a wave: the one named, else the next one without.

    :raises ToteInUse: if it is another order's.
    :raises NoOrderLeft: if every order has one.
    """
    locked = lock_for("assign", model=Wave, number=wave, steps=STEPS)
    _require_empty(locked, tote, order=order)
    waiting = locked.orders.filter(picks__state=PickState.OPEN).exclude(totes__is_full=False)
    if order:
        waiting = locked.orders.filter(number=order)
    chosen = waiting.order_by("-priority", "due_on", "id").first()
    if chosen is None:
        raise NoOrderLeft(wave=wave)
    chosen.totes.filter(is_full=False).update(is_full=True)
    return WaveTote.objects.create(
        wave=locked,
        order=chosen,
        tote=tote,
        slot=_find_slot(locked, chosen),
        assigned_by=by.actor,
        assigned_at=at,
    )


def _require_empty(wave: Wave, tote: str, *, order: str) -> None:
    taken = WaveTote.objects.filter(tote=tote, order__state__in=STATES_OPEN)
    if taken.filter(wave=wave).exists():
        raise ToteInUse(tote=tote)
    goods = OutboundOrder.objects.filter(
        site=wave.site, picks__place=tote, picks__state=PickState.PICKED
    )
    if taken.exists() or goods.exclude(number=order).exists():
        raise ToteInUse(tote=tote)


def _find_slot(wave: Wave, order: OutboundOrder) -> int:
    """Return the slot of the cart: an order keeps its own when its tote is followed by another."""
    known = order.totes.order_by("id").values_list("slot", flat=True).first()
    used = wave.totes.order_by("-slot").values_list("slot", flat=True).first()
    return known or (used or 0) + 1
