"""Steps of a store's stock opening (期初库存): posted at once, and told to the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, reversals, told, trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Trace
from yipan.masterdata import queries as masterdata
from yipan.messages.pos import OpenedLine, StockOpened
from yipan.messages.reversals import StoreOpeningReversed
from yipan.pos import rules
from yipan.pos.models import StoreOpening
from yipan.pos.models.stock_opening import StoreOpeningState as State

DOCUMENT_TYPE = "stock_opening"
TRAIL = trail.Trail[StoreOpening]("pos", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


class NothingOpened(Refusal):
    """An opening needs at least one line."""

    code = "stock_opening.lines_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class ShopStock:
    """How much sound stock of a SKU stood on the shop floor, in its smallest unit."""

    sku: str
    quantity: int


@transaction.atomic
def post(
    *, site: str, stock: Sequence[ShopStock], by: Trace, at: datetime, message_id: UUID
) -> StoreOpening:
    """
    Begin the store's book with what stood on the shop floor.

    :raises NothingOpened: if there are no lines.
    :raises SkuUnknown: if a SKU is not master data.
    """
    if not stock:
        raise NothingOpened(site=site)
    told.require_few(stock)
    told.require_plausible(((it.sku, it.quantity) for it in stock), minimum=1)
    told.require_known(sites=[site], skus={it.sku for it in stock})
    source = f"pos:{site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    business_date = masterdata.get_business_date(site, at)
    opening = StoreOpening.objects.create(
        number=numbers.give_number(prefix="OS", site=site, on=business_date),
        site=site,
        lines=[{"sku": it.sku, "quantity": it.quantity} for it in stock],
        message_id=message_id,
        source=source,
        sequence=sequence,
        created_by=by.actor,
        created_at=at,
    )
    lines = tuple(
        OpenedLine(line=number, sku=it.sku, quantity=it.quantity)
        for number, it in enumerate(stock, start=1)
    )
    _post(opening, lines=lines, by=by, at=at)
    _tell(opening, lines=lines, at=at)
    return opening


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> StoreOpening:
    """
    Take an opening back (冲销), and tell the hub.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it was reversed before.
    """
    opening = lock_for("reverse", model=StoreOpening, number=number, steps=STEPS)
    cause, words = reversals.split_reason(by.reason)
    message = StoreOpeningReversed(
        message_id=message_id,
        occurred_at=at,
        document_number=number,
        site=opening.site,
        correction_reason=cause,
        reason=words,
        reversed_by=by.actor,
        device=by.device,
    )
    reversals.undo_and_tell(
        message, book=f"pos:{opening.site}", document_type=DOCUMENT_TYPE, number=number, by=by
    )
    opening.state = State.REVERSED
    opening.save(update_fields=["state"])
    TRAIL.note(
        opening, step="reverse", from_state=State.POSTED, by=by, at=at, message_id=message_id
    )
    return opening


def _post(opening: StoreOpening, *, lines: tuple[OpenedLine, ...], by: Trace, at: datetime) -> None:
    trace = Trace(
        actor=by.actor, device=by.device, source=opening.source, sequence=opening.sequence
    )
    ledger.post_fact(
        book=f"pos:{opening.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{opening.number}/post",
            occurred_at=at,
            moves=rules.post_stock_opening(lines=lines),
            trace=trace,
            business_date=masterdata.get_business_date(opening.site, at),
        ),
    )
    TRAIL.note(opening, step="post", by=by, at=at, message_id=opening.message_id)


def _tell(opening: StoreOpening, *, lines: tuple[OpenedLine, ...], at: datetime) -> None:
    outbox.publish(
        StockOpened(
            message_id=opening.message_id,
            occurred_at=at,
            document_number=opening.number,
            site=opening.site,
            lines=lines,
            opened_by=opening.created_by,
        ),
        source=opening.source,
        sequence=opening.sequence,
        business_date=masterdata.get_business_date(opening.site, at),
        correlation_id=opening.number,
    )
