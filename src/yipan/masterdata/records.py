"""The only writers of master data: compare, raise versions, write set-wise.

Nobody is told here: the hub's verb publishes, a site's verb follows what it heard.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from yipan.masterdata import checks, queries, refusals, statements
from yipan.masterdata.checks import Wrong
from yipan.masterdata.models import (
    Aisle,
    Barcode,
    Bin,
    Category,
    Customer,
    Site,
    Sku,
    Supplier,
    Zone,
)
from yipan.masterdata.rows import BinRow, CustomerRow, SiteRow, SkuRow, SupplierRow
from yipan.masterdata.search import make_vector

R = TypeVar("R", SkuRow, SiteRow, SupplierRow, CustomerRow, BinRow)

ROWS_PER_SAVE_MAX = 5_000
ROWS_PER_STATEMENT = 1_000


def sort_barcodes(row: SkuRow) -> SkuRow:
    """Return the SKU with its barcodes in the order reads return them."""
    ordered = tuple(sorted(row.barcodes, key=lambda barcode: (barcode.pack_size, barcode.code)))
    return replace(row, barcodes=ordered)


@transaction.atomic
def save_skus(rows: Sequence[SkuRow], *, at: datetime) -> list[SkuRow]:
    """
    Make or change SKUs. Return those that really changed, with their new versions, by code.

    A barcode left out ends to be valid at `at`. Categories that do not exist are made.

    :raises RowWrong: if a row cannot be kept, or a barcode belongs to another SKU.
    """
    assert len(rows) <= ROWS_PER_SAVE_MAX
    rows = [sort_barcodes(row) for row in sorted(rows, key=lambda row: row.code)]
    for row in rows:
        refuse_wrong(row.code, checks.check_sku(row))
    known = _lock(Sku, [row.code for row in rows])
    changed = _list_changed(rows, queries.find_skus(known))
    for sku, _ in sorted(list_lost_claims(changed)):
        refuse_wrong(sku, [Wrong(field="barcodes", code="masterdata.barcode_taken")])
    write_skus(changed, at=at)
    return changed


def write_skus(rows: Sequence[SkuRow], *, at: datetime) -> None:
    """Write SKUs as they are, versions included: for a site that follows the hub."""
    if not rows:
        return
    _make_categories({row.category for row in rows if row.category})
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in rows]
        for name in SkuRow.__dataclass_fields__
        if name != "barcodes"
    }
    columns["search"] = [
        make_vector(
            (row.code, row.name, row.name_zh, row.external_id, row.style, row.color, row.size)
        )
        for row in rows
    ]
    statements.run("write_skus", columns)
    _write_barcodes(rows, at=at)


def _write_barcodes(rows: Sequence[SkuRow], *, at: datetime) -> None:
    wanted = {(barcode.code, row.code): barcode for row in rows for barcode in row.barcodes}
    standing = Barcode.objects.filter(sku_id__in=[row.code for row in rows], valid_to__isnull=True)
    ended: list[int] = []
    for pk, code, sku, *terms in standing.values_list(
        "pk", "code", "sku__code", "pack_size", "unit"
    ):
        barcode = wanted.get((code, sku))
        if barcode and [barcode.pack_size, barcode.unit] == terms:
            del wanted[code, sku]
        else:
            ended.append(pk)
    if ended:
        Barcode.objects.filter(pk__in=ended).update(valid_to=at)
    if wanted:
        columns: dict[str, Any] = {
            "code": [code for code, _ in wanted],
            "sku": [sku for _, sku in wanted],
            "pack_size": [barcode.pack_size for barcode in wanted.values()],
            "unit": [barcode.unit for barcode in wanted.values()],
        }
        statements.run("write_barcodes", {**columns, "valid_from": at})


def list_lost_claims(rows: Sequence[SkuRow]) -> set[tuple[str, str]]:
    """
    Return the claims on barcodes, as (SKU, barcode), that other SKUs have the better right to.

    Who carries a barcode keeps it until its own row drops it; else the first row gets it.
    """
    claims: dict[str, list[str]] = {}
    kept: set[tuple[str, str]] = set()
    for row in rows:
        for barcode in row.barcodes:
            claims.setdefault(barcode.code, []).append(row.code)
            kept.add((row.code, barcode.code))
    changing = {row.code for row in rows}
    standing = Barcode.objects.filter(code__in=claims, valid_to__isnull=True)
    owners = {
        code: sku
        for code, sku in standing.values_list("code", "sku__code")
        if sku not in changing or (sku, code) in kept
    }
    return {
        (sku, code)
        for code, skus in claims.items()
        for sku in skus
        if sku != owners.get(code, skus[0])
    }


@transaction.atomic
def save_sites(rows: Sequence[SiteRow]) -> list[SiteRow]:
    """
    Make or change sites. Return those that really changed, with their new versions, by code.

    :raises RowWrong: if a row cannot be kept.
    """
    rows = sorted(rows, key=lambda row: row.code)
    for row in rows:
        refuse_wrong(row.code, checks.check_site(row))
    known = _lock(Site, [row.code for row in rows])
    changed = _list_changed(rows, queries.find_sites(known))
    write_sites(changed)
    return changed


def write_sites(rows: Sequence[SiteRow]) -> None:
    """Write sites as they are, versions included: for a site that follows the hub."""
    _write(
        Site,
        [Site(**_rename(asdict(row), calendar="calendar_id")) for row in rows],
        key=("code",),
    )


@transaction.atomic
def save_suppliers(rows: Sequence[SupplierRow]) -> list[SupplierRow]:
    """
    Make or change suppliers. Return those that really changed, with their new versions.

    :raises RowWrong: if a row cannot be kept.
    """
    rows = sorted(rows, key=lambda row: row.code)
    for row in rows:
        refuse_wrong(row.code, checks.check_supplier(row))
    known = _lock(Supplier, [row.code for row in rows])
    changed = _list_changed(rows, queries.find_suppliers(known))
    _write(Supplier, [Supplier(**asdict(row)) for row in changed], key=("code",))
    return changed


@transaction.atomic
def save_customers(rows: Sequence[CustomerRow]) -> list[CustomerRow]:
    """
    Make or change customers. Return those that really changed, with their new versions.

    :raises RowWrong: if a row cannot be kept.
    """
    rows = sorted(rows, key=lambda row: row.code)
    for row in rows:
        refuse_wrong(row.code, checks.check_customer(row))
    known = _lock(Customer, [row.code for row in rows])
    changed = _list_changed(rows, queries.find_customers(known))
    _write(Customer, [Customer(**asdict(row)) for row in changed], key=("code",))
    return changed


def find_unknown_sites(rows: Sequence[object]) -> set[str]:
    """Return the sites that rows of bins name and that do not exist."""
    return set(queries.list_unknown_sites({row.site for row in rows if isinstance(row, BinRow)}))


@transaction.atomic
def save_bins(rows: Sequence[BinRow]) -> list[BinRow]:
    """
    Make or change bins of one or several sites. Return those that really changed.

    Zones and aisles that do not exist are made; a zone takes the type its first row names.

    :raises RowWrong: if a row cannot be kept, or its site does not exist.
    """
    rows = sorted(rows, key=lambda row: (row.site, row.code))
    unknown = find_unknown_sites(rows)
    for row in rows:
        missing = [Wrong(field="site", code="masterdata.site_unknown")]
        refuse_wrong(f"{row.site}/{row.code}", missing if row.site in unknown else [])
        refuse_wrong(f"{row.site}/{row.code}", checks.check_bin(row))
    changed: list[BinRow] = []
    for site in sorted({row.site for row in rows}):
        of_site = [row for row in rows if row.site == site]
        list(Bin.objects.select_for_update().filter(site_id=site).order_by("code"))
        changed += _list_changed(of_site, queries.find_bins(site, [row.code for row in of_site]))
    zones = _make_zones(changed)
    aisles = _make_aisles(changed, zones)
    _write(
        Bin,
        [
            Bin(
                site_id=row.site,
                code=row.code,
                zone_id=zones[row.site, row.zone],
                aisle_id=aisles.get((row.site, row.zone, row.aisle)),
                capacity=row.capacity,
                mixing=row.mixing,
                temperature_class=row.temperature_class,
                sequence=row.sequence,
                is_active=row.is_active,
                version=row.version,
            )
            for row in changed
        ],
        key=("site", "code"),
    )
    return changed


def refuse_wrong(key: str, wrong: Sequence[Wrong]) -> None:
    """
    Say no to a row that has something wrong with it.

    :raises RowWrong: naming each field and the code of its reason.
    """
    if wrong:
        raise refusals.RowWrong(
            key=key, errors=[{"pointer": f"/{one.field}", "code": one.code} for one in wrong]
        )


def _lock(model: type[models.Model], codes: Sequence[str]) -> list[str]:
    # In sorted order, so that two imports of the same rows wait instead of deadlocking.
    query = model._default_manager.select_for_update().filter(code__in=codes)
    return list(query.order_by("code").values_list("code", flat=True))


def _list_changed(rows: Sequence[R], known: dict[str, R]) -> list[R]:
    changed: list[R] = []
    for row in rows:
        standing = known.get(row.code)
        if standing is None:
            changed.append(replace(row, version=1))
        elif standing != replace(row, version=standing.version):
            changed.append(replace(row, version=standing.version + 1))
    return changed


def _write(
    model: type[models.Model], rows: Sequence[models.Model], *, key: tuple[str, ...]
) -> None:
    fields = [
        field.name
        for field in model._meta.concrete_fields
        if not field.primary_key and field.name not in key
    ]
    model._default_manager.bulk_create(
        rows,
        batch_size=ROWS_PER_STATEMENT,
        update_conflicts=True,
        unique_fields=list(key),
        update_fields=fields,
    )


def _rename(fields: dict[str, Any], **names: str) -> dict[str, Any]:
    """Give reference fields the name of their column; an empty code is no reference."""
    for name, column in names.items():
        fields[column] = fields.pop(name) or None
    return fields


def _make_categories(codes: Collection[str]) -> None:
    paths = {
        "/".join(code.split("/")[:depth])
        for code in codes
        for depth in range(1, code.count("/") + 2)
    }
    paths.difference_update(Category.objects.filter(code__in=paths).values_list("code", flat=True))
    Category.objects.bulk_create(
        [
            Category(
                code=path,
                parent_id=path.rpartition("/")[0] or None,
                name=path.rpartition("/")[2],
            )
            for path in sorted(paths)
        ],
        ignore_conflicts=True,
    )


def _make_zones(rows: Sequence[BinRow]) -> dict[tuple[str, str], int]:
    wanted = {(row.site, row.zone): row.zone_type for row in reversed(rows)}
    Zone.objects.bulk_create(
        [
            Zone(site_id=site, code=code, name=code, zone_type=zone_type)
            for (site, code), zone_type in sorted(wanted.items())
        ],
        update_conflicts=True,
        unique_fields=["site", "code"],
        update_fields=["zone_type"],
    )
    sites = {site for site, _ in wanted}
    found = Zone.objects.filter(site_id__in=sites).values_list("site__code", "code", "pk")
    return {(site, code): pk for site, code, pk in found}


def _make_aisles(
    rows: Sequence[BinRow], zones: dict[tuple[str, str], int]
) -> dict[tuple[str, str, str], int]:
    wanted = {(row.site, row.zone, row.aisle) for row in rows if row.aisle}
    Aisle.objects.bulk_create(
        [Aisle(zone_id=zones[site, zone], code=code) for site, zone, code in sorted(wanted)],
        ignore_conflicts=True,
    )
    names = {pk: key for key, pk in zones.items()}
    found = Aisle.objects.filter(zone_id__in=names).values_list("zone_id", "code", "pk")
    return {(*names[zone], code): pk for zone, code, pk in found}
