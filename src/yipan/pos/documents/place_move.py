"""Steps of a place move: posted when goods were carried between shop floor and backroom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from yipan.documents import numbers, told
from yipan.foundation.refusals import Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.pos import rules
from yipan.pos.documents.facts import Taken, note
from yipan.pos.models import PlaceMove
from yipan.pos.rules import Moved

DOCUMENT_TYPE = "place_move"

#: What lies about in a store, and is carried by hand.
STATUSES_CARRIED = (
    StockStatus.AVAILABLE,
    StockStatus.QUARANTINE,
    StockStatus.DAMAGED,
    StockStatus.BLOCKED,
)


class PlaceUnknown(Refusal):
    """Goods are carried from one place of the store to another: shop floor or backroom."""

    code = "place_move.place_unknown"
    status = 422


class StatusNotCarried(Refusal):
    """Goods that wait for a customer stay where they wait: their order moves them."""

    code = "place_move.status_not_carried"
    status = 422


class NothingMoved(Refusal):
    """A move needs at least one line."""

    code = "place_move.lines_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What was carried, out of one status: sound goods, those to look at, damaged, blocked."""

    from_place: str
    to_place: str
    lines: Sequence[Moved]
    status: str = StockStatus.AVAILABLE


@transaction.atomic
def post(*, site: str, carried: Carried, by: Trace, at: datetime) -> PlaceMove:
    """
    Book what was carried. A place may go below zero: then its book was wrong before.

    Nobody is told: the hub's book knows sites, and not their places.

    :raises PlaceUnknown: if a place is none, or both are the same.
    :raises StatusNotCarried: if the status is none that lies about in a store.
    :raises NothingMoved: if there are no lines.
    """
    from_place, to_place, lines = carried.from_place, carried.to_place, carried.lines
    if from_place == to_place or not {from_place, to_place} <= set(rules.PLACES):
        raise PlaceUnknown(from_place=from_place, to_place=to_place)
    if carried.status not in STATUSES_CARRIED:
        raise StatusNotCarried(status=carried.status)
    if not lines:
        raise NothingMoved(site=site)
    told.require_few(lines)
    told.require_plausible(((line.sku, line.quantity) for line in lines), minimum=1)
    told.require_known(sites=[site], skus={line.sku for line in lines})
    business_date = masterdata.get_business_date(site, at)
    move = PlaceMove.objects.create(
        number=numbers.give_number(prefix="PM", site=site, on=business_date),
        site=site,
        from_place=from_place,
        to_place=to_place,
        status=carried.status,
        lines=[{"sku": line.sku, "quantity": line.quantity} for line in lines],
        device=by.device,
        created_by=by.actor,
        created_at=at,
    )
    ledger.post_fact(
        book=f"pos:{site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{move.number}/post",
            occurred_at=at,
            moves=rules.post_place_move(
                from_place=from_place,
                to_place=to_place,
                status=StockStatus(carried.status),
                lines=lines,
            ),
            trace=Trace(actor=by.actor, device=by.device, reason=by.reason),
            business_date=business_date,
        ),
    )
    note(move, Taken(step="post"), document_type=DOCUMENT_TYPE, by=by, at=at)
    return move
