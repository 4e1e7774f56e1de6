"""Steps of a warehouse's stock opening (期初库存): posted at once, and told to the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from yipan.documents import numbers, reversals, told, trail
from yipan.documents.states import lock_for
from yipan.exchange import outbox
from yipan.foundation.refusals import Refusal
from yipan.ledger import posting as ledger
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import BinUnknown
from yipan.messages.reversals import WarehouseOpeningReversed
from yipan.messages.wms import OpenedLine, StockOpened
from yipan.wms import rules
from yipan.wms.documents.stock import lot
from yipan.wms.documents.stock.lot import Named
from yipan.wms.models import WarehouseOpening
from yipan.wms.models.stock_opening import WarehouseOpeningState as State

DOCUMENT_TYPE = "stock_opening"
TRAIL = trail.Trail[WarehouseOpening]("wms", DOCUMENT_TYPE, lambda it: (it.site,))

#: From which states may each step be taken?
STEPS = {"reverse": frozenset({State.POSTED})}


class NothingOpened(Refusal):
    """An opening needs at least one line."""

    code = "stock_opening.lines_missing"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class BinStock:
    """How much sound stock of a SKU and lot lay in a bin, in its smallest unit."""

    bin_code: str
    sku: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None

    @property
    def lot_code(self) -> str:
        """Return the name of the lot; one known by its date alone is called after it."""
        return rules.get_lot_code(lot=self.lot, expires_on=self.expires_on)


@transaction.atomic
def post(
    *, site: str, stock: Sequence[BinStock], by: Trace, at: datetime, message_id: UUID
) -> WarehouseOpening:
    """
    Begin the warehouse's book with what lay in its bins.

    :raises NothingOpened: if there are no lines.
    :raises BinUnknown: if a bin is not one of the site's.
    :raises SkuUnknown: if a SKU is not master data.
    """
    _check(site, stock)
    source = f"wms:{site}/stock"
    [sequence] = outbox.reserve_numbers(source)
    business_date = masterdata.get_business_date(site, at)
    opening = WarehouseOpening.objects.create(
        number=numbers.give_number(prefix="OS", site=site, on=business_date),
        site=site,
        lines=[
            {"bin": it.bin_code, "sku": it.sku, "quantity": it.quantity, "lot": it.lot_code}
            for it in stock
        ],
        message_id=message_id,
        source=source,
        sequence=sequence,
        created_by=by.actor,
        created_at=at,
    )
    lines = tuple(
        OpenedLine(
            line=number,
            sku=it.sku,
            quantity=it.quantity,
            lot=it.lot_code,
            expires_on=it.expires_on.isoformat() if it.expires_on else "",
        )
        for number, it in enumerate(stock, start=1)
    )
    lot.register(
        site=site,
        named=[Named(sku=it.sku, code=it.lot_code, expires_on=it.expires_on) for it in stock],
        document=opening.number,
        supplier="",
        at=at,
    )
    bins = [(it.bin_code, line) for it, line in zip(stock, lines, strict=True)]
    _post(opening, moves=rules.post_stock_opening(bins=bins), by=by, at=at)
    _tell(opening, lines=lines, at=at)
    return opening


@transaction.atomic
def reverse(*, number: str, by: Trace, at: datetime, message_id: UUID) -> WarehouseOpening:
    """
    Take an opening back (冲销), and tell the hub.

    :raises ReasonMissing: if `by.reason` does not say why, as `reversals.write_reason` does.
    :raises WrongState: if it was reversed before.
    """
    opening = lock_for("reverse", model=WarehouseOpening, number=number, steps=STEPS)
    cause, words = reversals.split_reason(by.reason)
    message = WarehouseOpeningReversed(
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
        message, book=f"wms:{opening.site}", document_type=DOCUMENT_TYPE, number=number, by=by
    )
    opening.state = State.REVERSED
    opening.save(update_fields=["state"])
    TRAIL.note(
        opening, step="reverse", from_state=State.POSTED, by=by, at=at, message_id=message_id
    )
    return opening


def _post(opening: WarehouseOpening, *, moves: Sequence[Move], by: Trace, at: datetime) -> None:
    trace = Trace(
        actor=by.actor, device=by.device, source=opening.source, sequence=opening.sequence
    )
    ledger.post_fact(
        book=f"wms:{opening.site}",
        posting=FactPosting(
            origin=f"{DOCUMENT_TYPE}/{opening.number}/post",
            occurred_at=at,
            moves=moves,
            trace=trace,
            business_date=masterdata.get_business_date(opening.site, at),
        ),
    )
    TRAIL.note(opening, step="post", by=by, at=at, message_id=opening.message_id)


def _tell(opening: WarehouseOpening, *, lines: tuple[OpenedLine, ...], at: datetime) -> None:
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


def _check(site: str, stock: Sequence[BinStock]) -> None:
    if not stock:
        raise NothingOpened(site=site)
    told.require_few(stock)
    told.require_plausible(((it.sku, it.quantity) for it in stock), minimum=1)
    told.require_known(sites=[site], skus={it.sku for it in stock})
    codes = {it.bin_code for it in stock}
    missing = sorted(codes.difference(masterdata.find_bins(site, codes)))
    if missing:
        raise BinUnknown(site=site, bin=missing[0])
