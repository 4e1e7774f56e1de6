"""Steps of a landed cost (采购费用分摊单): write it, spread it over receipts, or give it up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from yipan.documents import trail
from yipan.documents.numbers import give_number
from yipan.documents.states import lock_for
from yipan.erp.documents.value import legal_entity, value_states
from yipan.erp.documents.value.valuation import lock_mark
from yipan.erp.documents.value.value_telling import make_message_id, tell
from yipan.erp.models import GoodsReceipt, LandedCost
from yipan.erp.models.goods_receipt import GoodsReceiptState
from yipan.erp.models.valuation import CostBasis, CostType
from yipan.erp.models.valuation import LandedCostState as State
from yipan.erp.rules import costing
from yipan.erp.rules.costing import EMPTY, Change
from yipan.erp.rules.periods import get_accounting_date
from yipan.foundation.refusals import Refusal
from yipan.ledger import feed, values
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.ledger.value_rows import ValueEntry, ValueEntryRow, ValueKind
from yipan.messages.erp import LandedCostPosted
from yipan.pool.book import SITE_BOOK

DOCUMENT_TYPE = "landed_cost"
TRAIL = trail.Trail[LandedCost]("erp", DOCUMENT_TYPE)
PREFIX = "LC"
RECEIPTS_MAX = 100
AMOUNT_MINOR_MAX = 10**13

#: From which states may each step be taken?
STEPS = {
    "post": frozenset({State.DRAFT}),
    "cancel": frozenset({State.DRAFT}),
}


class ReceiptUnknown(Refusal):
    """A landed cost names a goods receipt that there is none of, or none of this legal entity."""

    code = "landed_cost.receipt_unknown"
    status = 422


class ReceiptReversed(Refusal):
    """A goods receipt was reversed: its goods never came, so nothing can be paid for them."""

    code = "landed_cost.receipt_reversed"


class ReceiptNotValued(Refusal):
    """A goods receipt has not been valued yet: that takes a minute. Try again."""

    code = "landed_cost.receipt_not_valued"


class NothingToCarry(Refusal):
    """The receipts of a landed cost brought nothing that could carry a cost."""

    code = "landed_cost.nothing_to_carry"


class AmountNotPlausible(Refusal):
    """A landed cost is of no amount, or of more than anybody pays."""

    code = "landed_cost.amount_not_plausible"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Cost:
    """
    What somebody paid besides the goods. The amount is in minor units of the entity.

    `quantities` says of how many units of the SKU of each receipt it is, where not of all.
    """

    entity: str
    cost_type: CostType
    basis: CostBasis
    amount_minor: int
    occurred_on: date
    receipts: tuple[str, ...]
    supplier: str = ""
    reference: str = ""
    note: str = ""
    sku: str = ""
    quantities: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """What one receipt of one SKU takes of a cost."""

    receipt: str
    row: ValueEntryRow
    amount: int
    change: Change


@transaction.atomic
def create(*, cost: Cost, by: Trace, at: datetime) -> LandedCost:
    """
    Write a draft, which changes no value yet.

    :raises NotFound: if there is no such legal entity.
    :raises AmountNotPlausible: if the amount is nothing, or absurd.
    :raises ReceiptUnknown: if a receipt is not known, or belongs to another legal entity.
    :raises ReceiptReversed: if a receipt was undone.
    """
    legal_entity.require(cost.entity)
    if not 0 < abs(cost.amount_minor) <= AMOUNT_MINOR_MAX:
        raise AmountNotPlausible(amount_minor=cost.amount_minor)
    _require_receipts(cost)
    document = LandedCost.objects.create(
        number=give_number(prefix=PREFIX, on=cost.occurred_on),
        created_by=by.actor,
        created_at=at,
        entity=cost.entity,
        cost_type=cost.cost_type,
        basis=cost.basis,
        amount_minor=cost.amount_minor,
        occurred_on=cost.occurred_on,
        supplier=cost.supplier,
        reference=cost.reference,
        note=cost.note,
        receipts=list(cost.receipts),
        sku=cost.sku,
        quantities=dict(cost.quantities),
    )
    TRAIL.note(document, step="create", from_state="", by=by, at=at)
    return document


@transaction.atomic
def post(*, number: str, by: Trace, at: datetime) -> LandedCost:
    """
    Spread the cost over the receipts: goods that are still there carry it, the rest is spent.

    It counts on its own day, or in the open period where that day is closed.

    :raises WrongState: if it was posted or given up before.
    :raises ReceiptReversed: if a receipt was undone since the draft was written.
    :raises ReceiptNotValued: if a receipt has not been valued yet.
    :raises NothingToCarry: if the receipts brought nothing.
    """
    lock_mark()
    document = lock_for("post", model=LandedCost, number=number, steps=STEPS)
    _require_standing(document.receipts)
    received = _find_received(document)
    parts = _add_to_states(document, received, _share_out(document, received))
    document.accounting_date = _get_accounting_date(document, at=at)
    values.append_entries([entry for part in parts for entry in _make_entries(document, part)])
    document.lines = [_describe(part) for part in parts if part.amount]
    document.state = State.POSTED
    document.posted_by = by.actor
    document.save(update_fields=["accounting_date", "lines", "state", "posted_by"])
    TRAIL.note(document, step="post", from_state=State.DRAFT, by=by, at=at)
    posted = LandedCostPosted(
        message_id=make_message_id("post", number=number, at=at),
        occurred_at=at,
        landed_cost_number=number,
        entity=document.entity,
        cost_type=document.cost_type,
        amount_minor=document.amount_minor,
        carried_minor=sum(part.amount + part.change.difference for part in parts),
        accounting_date=document.accounting_date.isoformat(),
    )
    tell([posted])
    return document


@transaction.atomic
def cancel(*, number: str, by: Trace, at: datetime) -> LandedCost:
    """
    Give a draft up.

    :raises WrongState: if it was posted or given up before.
    """
    document = lock_for("cancel", model=LandedCost, number=number, steps=STEPS)
    document.state = State.CANCELED
    document.save(update_fields=["state"])
    TRAIL.note(document, step="cancel", from_state=State.DRAFT, by=by, at=at)
    return document


def _require_receipts(cost: Cost) -> None:
    wanted = set(cost.receipts)
    sites = dict(GoodsReceipt.objects.filter(number__in=wanted).values_list("number", "site"))
    unknown = sorted(wanted - sites.keys())
    if unknown or not 0 < len(wanted) <= RECEIPTS_MAX:
        raise ReceiptUnknown(receipt=unknown[0] if unknown else "", maximum=RECEIPTS_MAX)
    _require_standing(wanted)
    for receipt, site in sorted(sites.items()):
        owner = legal_entity.get_site_entity(site)
        if owner != cost.entity:
            raise ReceiptUnknown(receipt=receipt, entity=owner)


def _require_standing(receipts: Collection[str]) -> None:
    undone = GoodsReceipt.objects.filter(number__in=receipts, state=GoodsReceiptState.REVERSED)
    number = undone.order_by("id").values_list("number", flat=True).first()
    if number is not None:
        raise ReceiptReversed(receipt=number)


def _share_out(
    document: LandedCost, received: Sequence[tuple[str, ValueEntryRow]]
) -> Sequence[int]:
    """Return what each of the entries takes of a cost, in their order."""
    if not document.quantities:
        weights = [
            row.entry.quantity if document.basis == CostBasis.QUANTITY else max(0, row.entry.amount)
            for _, row in received
        ]
        return costing.share_out(document.amount_minor, weights)
    groups: dict[str, list[int]] = {}
    for place, (receipt, _) in enumerate(received):
        groups.setdefault(receipt, []).append(place)
    billed = [int(document.quantities.get(receipt, 0)) for receipt in groups]
    amounts = [0] * len(received)
    for places, amount in zip(
        groups.values(), costing.share_out(document.amount_minor, billed), strict=True
    ):
        quantities = [received[place][1].entry.quantity for place in places]
        for place, part in zip(places, costing.share_out(amount, quantities), strict=True):
            amounts[place] = part
    return amounts


def _find_received(document: LandedCost) -> list[tuple[str, ValueEntryRow]]:
    """Return what the receipts brought into the legal entity: receipt and value entry."""
    postings = {
        receipt: ledger.find_posting(book=SITE_BOOK, origin=f"goods_receipt/{receipt}/post")
        for receipt in document.receipts
    }
    events = {
        posting.header.event_id: receipt
        for receipt, posting in postings.items()
        if posting is not None
    }
    movements = feed.list_of_postings(book=SITE_BOOK, event_ids=events)
    rows = values.list_entries_of_movements({(it.sku, it.movement_id) for it in movements})
    if len(rows) < len(movements):
        raise ReceiptNotValued(number=document.number)
    found = [
        (events[row.entry.event_id], row)
        for row in rows
        if row.entry.event_id is not None
        and row.entry.pool == document.entity
        and row.entry.quantity > 0
        and document.sku in ("", row.entry.sku)
    ]
    if not found:
        raise NothingToCarry(number=document.number)
    return found


def _add_to_states(
    document: LandedCost, received: Sequence[tuple[str, ValueEntryRow]], amounts: Sequence[int]
) -> list[_Part]:
    method = legal_entity.require(document.entity).method
    states = value_states.load({(document.entity, row.entry.sku) for _, row in received})
    parts = []
    for (receipt, row), amount in zip(received, amounts, strict=True):
        assert row.entry.movement_id is not None
        key = (document.entity, row.entry.sku)
        change = costing.add_cost(
            states.get(key, EMPTY),
            key=row.entry.movement_id,
            quantity=row.entry.quantity,
            amount=amount,
            method=method,
        )
        states[key] = change.state
        parts.append(_Part(receipt=receipt, row=row, amount=amount, change=change))
    value_states.store(states)
    return parts


def _get_accounting_date(document: LandedCost, *, at: datetime) -> date:
    entity = legal_entity.require(document.entity)
    return get_accounting_date(
        document.occurred_on,
        closed_through=entity.closed_through,
        today=at.astimezone(ZoneInfo(entity.time_zone)).date(),
    )


def _make_entries(document: LandedCost, part: _Part) -> list[ValueEntry]:
    assert document.accounting_date is not None
    entry = part.row.entry
    landed = ValueEntry(
        sku=entry.sku,
        pool=document.entity,
        place=entry.place,
        kind=ValueKind.LANDED_COST,
        cause=document.cost_type,
        quantity=0,
        amount=part.amount,
        occurred_at=entry.occurred_at,
        business_date=document.occurred_on,
        accounting_date=document.accounting_date,
        document=f"{DOCUMENT_TYPE}/{document.number}",
    )
    spent = ValueEntry(
        sku=entry.sku,
        pool=document.entity,
        place=entry.place,
        kind=ValueKind.COST_DIFFERENCE,
        cause=document.cost_type,
        quantity=0,
        amount=part.change.difference,
        occurred_at=entry.occurred_at,
        business_date=document.occurred_on,
        accounting_date=document.accounting_date,
        document=f"{DOCUMENT_TYPE}/{document.number}",
    )
    return [it for it in (landed, spent) if it.amount]


def _describe(part: _Part) -> dict[str, object]:
    return {
        "receipt": part.receipt,
        "sku": part.row.entry.sku,
        "quantity": part.row.entry.quantity,
        "amount_minor": part.amount,
        "carried_minor": part.amount + part.change.difference,
        "spent_minor": -part.change.difference,
    }
