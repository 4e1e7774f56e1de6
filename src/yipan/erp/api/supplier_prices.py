"""Operations on price lists of suppliers (供应商价目), and on limits of approving orders."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import endpoint
from yipan.documents.doors import get_trace
from yipan.erp.api.schemas import Amount, Code, Limit, Quantity, Text
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.purchasing import purchase_limit
from yipan.erp.documents.purchasing.purchase_limit import LimitRow
from yipan.erp.queries import supplier_prices
from yipan.erp.queries.supplier_prices import PriceRow

router = Router()

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]
CaseSize = Annotated[int, Field(ge=1, le=9_999_999)]


class PricesQuery(Schema):
    """Which lines to list; `on` leaves those out that do not hold on that day."""

    supplier: Text = ""
    q: Text = ""
    on: date | None = None
    cursor: Text = ""
    limit: Limit = 100


class PriceIn(Schema):
    """A line of a price list: minor units of `currency` per smallest unit; both days included."""

    supplier: Code
    sku: Code
    valid_from: date
    unit_cost_minor: Amount
    currency: Currency = "CNY"
    valid_to: date | None = None
    from_quantity: Quantity = 1
    case_size: CaseSize = 1
    minimum_quantity: Quantity = 1
    supplier_sku: Text = ""


class PricesIn(Schema):
    """Lines to make or to change: all of them, or none when one is wrong."""

    lines: Annotated[list[PriceIn], Field(min_length=1, max_length=1_000)]


class PriceOut(PriceIn):
    version: int

    @classmethod
    def of(cls, row: PriceRow) -> PriceOut:
        """Return what the API tells of a line."""
        return cls(
            supplier=row.supplier,
            sku=row.sku,
            valid_from=row.valid_from,
            unit_cost_minor=row.unit_cost_minor,
            currency=row.currency,
            valid_to=row.valid_to,
            from_quantity=row.from_quantity,
            case_size=row.case_size,
            minimum_quantity=row.minimum_quantity,
            supplier_sku=row.supplier_sku,
            version=row.version,
        )


class PricePage(Schema):
    data: list[PriceOut]
    next_cursor: str | None


class PricesOut(Schema):
    """The lines that really changed."""

    data: list[PriceOut]


class PurchaseLimitIn(Schema):
    """How much a role may approve, in minor units; null is without limit."""

    value_max_minor: Annotated[int, Field(ge=0, le=purchase_limit.VALUE_MINOR_MAX)] | None
    currency: Currency = "CNY"
    reason: Annotated[str, Field(max_length=200)] = ""


class PurchaseLimitOut(Schema):
    role: str
    currency: str
    value_max_minor: int | None

    @classmethod
    def of(cls, row: LimitRow) -> PurchaseLimitOut:
        """Return what the API tells of a limit."""
        return cls(role=row.role, currency=row.currency, value_max_minor=row.value_max_minor)


class PurchaseLimitsOut(Schema):
    data: list[PurchaseLimitOut]


@router.get("/supplier-prices", response=PricePage)
@endpoint(action="masterdata.read_cost")
def list_supplier_prices(request: HttpRequest, which: Query[PricesQuery]) -> PricePage:
    """List lines of price lists by supplier, SKU, first day and quantity."""
    del request
    rows = supplier_prices.list_prices(
        supplier=which.supplier,
        text=which.q,
        on=which.on,
        after=which.cursor,
        limit=which.limit,
    )
    return PricePage(
        data=[PriceOut.of(row) for row in rows],
        next_cursor=rows[-1].code if len(rows) == which.limit else None,
    )


@router.put("/supplier-prices", response=PricesOut)
@endpoint(action="erp.supplier_price.write")
def save_supplier_prices(request: HttpRequest, payload: PricesIn) -> PricesOut:
    """Make or change up to 1,000 lines at once; what is said already changes nothing."""
    by = Author(name=get_actor(request).name, at=timezone.now(), device=get_device(request))
    rows = [PriceRow(**line.dict()) for line in payload.lines]
    changed = supplier_price.save_prices(rows, by=by)
    return PricesOut(data=[PriceOut.of(row) for row in changed])


@router.get("/purchase-limits", response=PurchaseLimitsOut)
@endpoint(action="erp.read_limits")
def list_purchase_limits(request: HttpRequest, currency: str = "CNY") -> PurchaseLimitsOut:
    """Tell how much each role may approve of orders in a currency (采购审批限额)."""
    del request
    rows = purchase_limit.list_limits(currency=currency[:3])
    return PurchaseLimitsOut(data=[PurchaseLimitOut.of(row) for row in rows])


@router.put("/purchase-limits/{role}", response=PurchaseLimitsOut)
@endpoint(action="erp.purchase_limit.write")
def set_purchase_limit(
    request: HttpRequest, role: str, payload: PurchaseLimitIn
) -> PurchaseLimitsOut:
    """Say how much a role may approve; 409 `purchase_limit.own_limit` for whoever has it."""
    purchase_limit.set_limit(
        role=role,
        currency=payload.currency,
        value_max_minor=payload.value_max_minor,
        roles=get_actor(request).roles,
        by=get_trace(request, reason=payload.reason),
        at=timezone.now(),
    )
    rows = purchase_limit.list_limits(currency=payload.currency)
    return PurchaseLimitsOut(data=[PurchaseLimitOut.of(row) for row in rows])
