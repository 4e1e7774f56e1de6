"""What the API tells of stock and its value. Quantities in smallest, money in minor units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from yipan.erp.api.schemas import Code, Limit, Text
from yipan.erp.queries.landed_costs import LandedCostRow
from yipan.erp.queries.levels import StockLevel
from yipan.erp.queries.periods import PeriodRow
from yipan.erp.queries.value_sources import EntityRow
from yipan.ledger.rows import MovementRow
from yipan.ledger.uris import make_uris
from yipan.ledger.value_rows import LateValue, ValueEntryRow

Cursor = Annotated[str, Field(max_length=160)]
Month = Annotated[str, Field(pattern=r"^\d{4}-\d{2}$")]


class LevelsQuery(Schema):
    """Which levels to list. `sort` is `sku` or a quantity, `-available` for the largest first."""

    sku: Text = ""
    site: Text = ""
    q: Text = ""
    category: Text = ""
    site_type: Literal["", "warehouse", "store"] = ""
    region: Text = ""
    sort: Annotated[str, Field(max_length=16)] = "sku"
    cursor: Cursor = ""
    limit: Limit = 100


class LevelsAsAtQuery(Schema):
    """
    A past moment of one site, or of one SKU.

    `as_of` bounds when things happened, `known_at` when this system wrote them down.
    """

    sku: Text = ""
    site: Text = ""
    as_of: datetime | None = None
    known_at: datetime | None = None
    cursor: Cursor = ""
    limit: Limit = 100


class LevelOut(Schema):
    """`site` is null between sites; `free_now` is no less than 0. For sale is `GET /sellable`."""

    sku: str
    site: str | None
    on_order: int | None
    in_transit: int | None
    on_hand: int
    available: int
    held: int
    reserved: int
    quarantine: int
    damaged: int
    blocked: int
    free_now: int

    @classmethod
    def of(cls, row: StockLevel) -> LevelOut:
        """Return what the API tells of a level."""
        return cls(
            sku=row.sku.code,
            site=row.site.code if row.site else None,
            on_order=row.on_order,
            in_transit=row.in_transit,
            on_hand=row.on_hand,
            available=row.level.available,
            held=row.level.held,
            reserved=row.level.reserved,
            quarantine=row.level.quarantine,
            damaged=row.level.damaged,
            blocked=row.level.blocked,
            free_now=row.free_now,
        )


class LevelPage(Schema):
    data: list[LevelOut]
    next_cursor: str | None = None


class MovementsQuery(Schema):
    """Movements of one SKU, the last recorded first; of one site when it is named."""

    sku: Code
    site: Text = ""
    cursor: Cursor = ""
    limit: Limit = 100


class MovementOut(Schema):
    sku: str
    from_account: str
    to_account: str
    quantity: int
    occurred_at: datetime
    recorded_at: datetime
    origin: str | None
    actor: str | None
    device: str | None
    reason: str | None
    source: str | None
    sequence: int | None
    document_uri: str = ""
    actor_uri: str = ""
    reason_uri: str = ""

    @classmethod
    def of(cls, row: MovementRow) -> MovementOut:
        """Return what the API tells of a movement; a promise of the fast lane has no header."""
        header, uris = row.header, make_uris(row.header)
        return cls(
            sku=row.sku,
            from_account=row.from_account,
            to_account=row.to_account,
            quantity=row.quantity,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            origin=header.origin if header else None,
            actor=header.actor if header else None,
            device=header.device if header else None,
            reason=header.reason if header else None,
            source=header.source if header else None,
            sequence=header.sequence if header else None,
            document_uri=uris.document_uri,
            actor_uri=uris.actor_uri,
            reason_uri=uris.reason_uri,
        )


class MovementPage(Schema):
    data: list[MovementOut]
    next_cursor: str | None = None


class StockValuesQuery(Schema):
    """What stock was worth at the end of a day, as known at a moment; the default is now."""

    entity: Text = ""
    by: Literal["site", "category", "sku"] = "site"
    category: Text = ""
    as_of: date | None = None
    known_at: datetime | None = None


class StockValueOut(Schema):
    """`name` is a site, category or SKU; "" is in transit, or no category."""

    name: str
    quantity: int
    value_minor: int


class StockValuesOut(Schema):
    entity: str
    currency: str
    as_of: date
    value_minor: int
    data: list[StockValueOut]


class ValueEntriesQuery(Schema):
    """Value entries of one SKU, the last written first."""

    sku: Code
    cursor: Annotated[str, Field(max_length=20, pattern=r"^\d*$")] = ""
    limit: Limit = 100


class ValueEntryOut(Schema):
    entity: str
    sku: str
    site: str
    kind: str
    cause: str
    quantity: int
    amount_minor: int
    quantity_provisional: int
    occurred_at: datetime
    business_date: date
    accounting_date: date
    recorded_at: datetime
    origin: str

    @classmethod
    def of(cls, row: ValueEntryRow) -> ValueEntryOut:
        """Return what the API tells of a value entry."""
        it = row.entry
        return cls(
            entity=it.pool,
            sku=it.sku,
            site=it.place,
            kind=it.kind,
            cause=it.cause,
            quantity=it.quantity,
            amount_minor=it.amount,
            quantity_provisional=it.provisional,
            occurred_at=it.occurred_at,
            business_date=it.business_date,
            accounting_date=it.accounting_date,
            recorded_at=row.recorded_at,
            origin=row.origin,
        )


class ValueEntryPage(Schema):
    data: list[ValueEntryOut]
    next_cursor: str | None = None


class LandedCostIn(Schema):
    """A cost besides the goods, in minor units of the entity; below zero for a credit."""

    entity: Code
    cost_type: Literal["freight", "duty", "insurance", "handling", "price"]
    basis: Literal["value", "quantity"] = "value"
    amount_minor: int
    occurred_on: date
    receipts: Annotated[list[Code], Field(min_length=1, max_length=100)]
    supplier: Annotated[str, Field(max_length=32)] = ""
    reference: Text = ""
    note: Annotated[str, Field(max_length=500)] = ""


class LandedCostLineOut(Schema):
    receipt: str
    sku: str
    quantity: int
    amount_minor: int
    carried_minor: int
    spent_minor: int


class LandedCostOut(Schema):
    number: str
    state: str
    entity: str
    cost_type: str
    basis: str
    amount_minor: int
    occurred_on: date
    accounting_date: date | None
    supplier: str
    reference: str
    note: str
    receipts: list[str]
    lines: list[LandedCostLineOut]
    created_by: str
    posted_by: str

    @classmethod
    def of(cls, row: LandedCostRow) -> LandedCostOut:
        """Return what the API tells of a landed cost."""
        return cls(
            number=row.number,
            state=row.state,
            entity=row.entity,
            cost_type=row.cost_type,
            basis=row.basis,
            amount_minor=row.amount_minor,
            occurred_on=row.occurred_on,
            accounting_date=row.accounting_date,
            supplier=row.supplier,
            reference=row.reference,
            note=row.note,
            receipts=list(row.receipts),
            lines=[
                LandedCostLineOut(
                    receipt=line.receipt,
                    sku=line.sku,
                    quantity=line.quantity,
                    amount_minor=line.amount_minor,
                    carried_minor=line.carried_minor,
                    spent_minor=line.spent_minor,
                )
                for line in row.lines
            ],
            created_by=row.created_by,
            posted_by=row.posted_by,
        )


class LandedCostPage(Schema):
    data: list[LandedCostOut]
    next_cursor: str | None = None


class EntityOut(Schema):
    code: str
    name: str
    name_zh: str
    currency: str
    method: str
    time_zone: str
    is_default: bool
    closed_through: date | None
    sites: list[str]

    @classmethod
    def of(cls, row: EntityRow) -> EntityOut:
        """Return what the API tells of a legal entity."""
        return cls(
            code=row.code,
            name=row.name,
            name_zh=row.name_zh,
            currency=row.currency,
            method=row.method,
            time_zone=row.time_zone,
            is_default=row.is_default,
            closed_through=row.closed_through,
            sites=list(row.sites),
        )


class EntityPage(Schema):
    data: list[EntityOut]


class EntityIn(Schema):
    """A legal entity as a whole: sites it had and that are not named go to the default."""

    name: Annotated[str, Field(min_length=1, max_length=96)]
    name_zh: Text = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    method: Literal["moving_average", "fifo"] = "moving_average"
    time_zone: Annotated[str, Field(max_length=48)] = "Asia/Shanghai"
    sites: Annotated[list[Code], Field(max_length=1_000)] = []


class PeriodOut(Schema):
    number: str
    entity: str
    month: str
    first_day: date
    last_day: date
    state: str
    is_next: bool
    closed_by: str
    closed_at: datetime | None
    value_minor: int | None

    @classmethod
    def of(cls, row: PeriodRow) -> PeriodOut:
        """Return what the API tells of a period."""
        return cls(
            number=row.number,
            entity=row.entity.code,
            month=row.month,
            first_day=row.first_day,
            last_day=row.last_day,
            state=row.state,
            is_next=row.is_next,
            closed_by=row.closed_by,
            closed_at=row.closed_at,
            value_minor=row.value_minor,
        )


class PeriodPage(Schema):
    data: list[PeriodOut]


class LateOut(Schema):
    origin: str
    business_date: date
    accounting_date: date
    recorded_at: datetime
    quantity: int
    amount_minor: int

    @classmethod
    def of(cls, row: LateValue) -> LateOut:
        """Return what the API tells of something that came late."""
        return cls(
            origin=row.origin,
            business_date=row.business_date,
            accounting_date=row.accounting_date,
            recorded_at=row.recorded_at,
            quantity=row.quantity,
            amount_minor=row.amount,
        )


class LatePage(Schema):
    """What happened in a period and counts in a later one."""

    data: list[LateOut]
    amount_minor: int
