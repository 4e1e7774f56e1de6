"""Price lists of suppliers (供应商价目): keeping their lines, and what they offer on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from django.db import transaction

from yipan.documents import trail
from yipan.documents.base import NUMBER_LENGTH_MAX
from yipan.erp.documents.master.master_record import Author
from yipan.erp.models import SupplierPrice
from yipan.erp.queries import supplier_prices
from yipan.erp.queries.supplier_prices import PriceRow
from yipan.erp.rules import purchasing as rules
from yipan.masterdata import queries as masterdata
from yipan.masterdata.records import refuse_wrong
from yipan.masterdata.refusals import VersionMismatch

DOCUMENT_TYPE = "supplier_price"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """On what terms a supplier sells a SKU. A cost of None: no list has a price for it."""

    unit_cost_minor: int | None
    case_size: int
    minimum_quantity: int


@transaction.atomic
def save_prices(rows: Sequence[PriceRow], *, by: Author) -> list[PriceRow]:
    """
    Make or change lines of price lists. Return those that really changed, by key.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    rows = sorted(rows, key=lambda row: row.key)
    unfit = supplier_prices.check_prices(rows)
    for row in rows:
        wrong = supplier_prices.check_price(row)
        refuse_wrong(row.code, wrong or [unfit[row.key]] if row.key in unfit else wrong)
    known = supplier_prices.find_prices([row.key for row in rows], is_locked=True)
    changed = []
    for row in rows:
        standing = known.get(row.key)
        if standing is None:
            changed.append(replace(row, version=1))
        elif standing != replace(row, version=standing.version):
            changed.append(replace(row, version=standing.version + 1))
    _write(changed)
    _note(changed, by=by)
    return changed


@transaction.atomic
def edit_price(row: PriceRow, *, by: Author) -> PriceRow:
    """
    Save one line somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_prices([row], by=by)
    saved = supplier_prices.find_prices([row.key])[row.key]
    if saved.version - row.version not in {0, 1}:
        raise VersionMismatch(code=row.code, current_version=saved.version - 1)
    return saved


def find_offers(*, supplier: str, quantities: Mapping[str, int], on: date) -> dict[str, Offer]:
    """Return on what terms a supplier sells SKUs on a day, given how much is wanted of each."""
    lists = supplier_prices.list_prices_of(supplier=supplier, skus=quantities)
    least = masterdata.get_supplier(supplier).minimum_order_quantity
    offers = {}
    for sku, quantity in quantities.items():
        price = rules.choose_price(lists.get(sku, ()), quantity=quantity, on=on)
        if price is None:
            offers[sku] = Offer(unit_cost_minor=None, case_size=1, minimum_quantity=least)
        else:
            offers[sku] = Offer(
                unit_cost_minor=price.unit_cost_minor,
                case_size=price.case_size,
                minimum_quantity=max(least, price.minimum_quantity),
            )
    return offers


def _write(rows: Sequence[PriceRow]) -> None:
    fields = [
        "currency",
        "unit_cost_minor",
        "valid_to",
        "case_size",
        "minimum_quantity",
        "supplier_sku",
        "version",
    ]
    SupplierPrice.objects.bulk_create(
        [SupplierPrice(**asdict(row)) for row in rows],
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["supplier", "sku", "valid_from", "from_quantity"],
        update_fields=fields,
    )


def _note(rows: Sequence[PriceRow], *, by: Author) -> None:
    trail.record_many(
        [
            trail.Step(
                system="erp",
                document_type=DOCUMENT_TYPE,
                number=row.code[:NUMBER_LENGTH_MAX],
                step="create" if row.version == 1 else "edit",
                to_state=f"v{row.version}",
                at=by.at,
                actor=by.name,
                device=by.device,
                reason=by.reason,
            )
            for row in rows
        ]
    )
