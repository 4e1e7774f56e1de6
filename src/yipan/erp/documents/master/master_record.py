"""Changes of master data (主数据): the hub keeps them, and the sites are told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

from django.db import transaction

from yipan.documents import trail
from yipan.documents.base import NUMBER_LENGTH_MAX
from yipan.documents.trail import Step
from yipan.exchange import outbox
from yipan.exchange.outbox import Outgoing
from yipan.masterdata import queries, records
from yipan.masterdata.refusals import VersionMismatch
from yipan.masterdata.rows import BinRow, CustomerRow, SiteRow, SkuRow, SupplierRow
from yipan.messages.base import Message
from yipan.messages.erp import Barcode, SiteChanged, SkuChanged

SOURCE = "erp:hub/masterdata"

R = TypeVar("R", SkuRow, SiteRow, BinRow, SupplierRow, CustomerRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class Author:
    """Who changes master data, when, and why: for the trail of each row."""

    name: str
    at: datetime
    reason: str = ""
    device: str = ""


@transaction.atomic
def save_skus(rows: Sequence[SkuRow], *, by: Author) -> list[SkuRow]:
    """
    Make or change SKUs and tell the sites. Return those that really changed, by code.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    saved = records.save_skus(rows, at=by.at)
    told = [_make_sku_changed(row, at=by.at) for row in saved]
    _tell(told)
    _note("sku", saved, by, told)
    return saved


@transaction.atomic
def save_sites(rows: Sequence[SiteRow], *, by: Author) -> list[SiteRow]:
    """
    Make or change sites and tell the site systems. Return those that really changed, by code.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    saved = records.save_sites(rows)
    told = [_make_site_changed(row, at=by.at) for row in saved]
    _tell(told)
    _note("site", saved, by, told)
    return saved


@transaction.atomic
def save_bins(rows: Sequence[BinRow], *, by: Author) -> list[BinRow]:
    """
    Make or change bins. Return those that really changed, by site and code.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    saved = records.save_bins(rows)
    _note("bin", saved, by)
    return saved


@transaction.atomic
def save_suppliers(rows: Sequence[SupplierRow], *, by: Author) -> list[SupplierRow]:
    """
    Make or change suppliers. Return those that really changed, by code.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    saved = records.save_suppliers(rows)
    _note("supplier", saved, by)
    return saved


@transaction.atomic
def save_customers(rows: Sequence[CustomerRow], *, by: Author) -> list[CustomerRow]:
    """
    Make or change customers. Return those that really changed, by code.

    :raises RowWrong: if a row cannot be kept; then nothing is.
    """
    saved = records.save_customers(rows)
    _note("customer", saved, by)
    return saved


@transaction.atomic
def edit_sku(row: SkuRow, *, by: Author) -> SkuRow:
    """
    Save one SKU somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_skus([row], by=by)
    return _require_seen(row, queries.get_sku(row.code))


@transaction.atomic
def edit_site(row: SiteRow, *, by: Author) -> SiteRow:
    """
    Save one site somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_sites([row], by=by)
    return _require_seen(row, queries.get_site(row.code))


@transaction.atomic
def edit_supplier(row: SupplierRow, *, by: Author) -> SupplierRow:
    """
    Save one supplier somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_suppliers([row], by=by)
    return _require_seen(row, queries.get_supplier(row.code))


@transaction.atomic
def edit_customer(row: CustomerRow, *, by: Author) -> CustomerRow:
    """
    Save one customer somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_customers([row], by=by)
    return _require_seen(row, queries.find_customers([row.code])[row.code])


@transaction.atomic
def edit_bin(row: BinRow, *, by: Author) -> BinRow:
    """
    Save one bin somebody had before them. `row.version` is the one they saw, 0 for a new one.

    :raises VersionMismatch: if it was changed, or made, in the meantime.
    :raises RowWrong: if the row cannot be kept.
    """
    save_bins([row], by=by)
    return _require_seen(row, queries.get_bin(row.site, row.code))


#: What keeps the rows of each kind of import.
KEEPERS: dict[str, Callable[..., object]] = {
    "skus": save_skus,
    "sites": save_sites,
    "bins": save_bins,
    "suppliers": save_suppliers,
    "customers": save_customers,
}


def keep_rows(kind: str, rows: Sequence[Any], *, by: Author) -> None:
    """Save rows of a kind of import, and tell who needs to know."""
    KEEPERS[kind](rows, by=by)


def _require_seen(seen: R, saved: R) -> R:
    # Saved over what was seen, the version is the next one, or the same when nothing differed.
    if saved.version - seen.version not in {0, 1}:
        raise VersionMismatch(code=saved.code, current_version=saved.version - 1)
    return saved


def _tell(messages: Sequence[Message]) -> None:
    if not messages:
        return
    numbers = outbox.reserve_numbers(SOURCE, len(messages))
    outbox.publish_many(
        [
            Outgoing(message=message, source=SOURCE, sequence=number)
            for message, number in zip(messages, numbers, strict=True)
        ]
    )


def _note(
    document_type: str, rows: Sequence[Any], by: Author, told: Sequence[Message] = ()
) -> None:
    trail.record_many(
        [
            Step(
                document_type=document_type,
                system="erp",
                number=f"{row.site}/{row.code}"[:NUMBER_LENGTH_MAX]
                if isinstance(row, BinRow)
                else row.code,
                step="create" if row.version == 1 else "edit",
                to_state=f"v{row.version}",
                at=by.at,
                actor=by.name,
                device=by.device,
                reason=by.reason,
                message_id=message.message_id if message else None,
            )
            for row, message in zip_longest(rows, told)
        ]
    )


def _make_sku_changed(row: SkuRow, *, at: datetime) -> SkuChanged:
    return SkuChanged(
        message_id=uuid5(NAMESPACE_URL, f"yipan:sku/{row.code}/{row.version}/{at.isoformat()}"),
        occurred_at=at,
        sku=row.code,
        version=row.version,
        name=row.name,
        name_zh=row.name_zh,
        category=row.category,
        unit=row.unit,
        case_size=row.case_size,
        is_lot_tracked=row.is_lot_tracked,
        is_expiry_tracked=row.is_expiry_tracked,
        is_serial_tracked=row.is_serial_tracked,
        is_weighed=row.is_weighed,
        is_hot=row.is_hot,
        temperature_class=row.temperature_class,
        price_minor=row.price_minor,
        currency=row.currency,
        is_active=row.is_active,
        barcodes=tuple(
            Barcode(code=barcode.code, pack_size=barcode.pack_size) for barcode in row.barcodes
        ),
        style=row.style,
        color=row.color,
        size=row.size,
    )


def _make_site_changed(row: SiteRow, *, at: datetime) -> SiteChanged:
    return SiteChanged(
        message_id=uuid5(NAMESPACE_URL, f"yipan:site/{row.code}/{row.version}/{at.isoformat()}"),
        occurred_at=at,
        site=row.code,
        version=row.version,
        site_type=row.site_type,
        name=row.name,
        name_zh=row.name_zh,
        time_zone=row.time_zone,
        day_starts_at=f"{row.day_starts_at:%H:%M}",
        is_active=row.is_active,
    )
