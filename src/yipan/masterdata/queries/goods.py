"""Reads of goods: one statement each (two where barcodes come along), plain rows out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from yipan.masterdata import refusals, statements
from yipan.masterdata.gs1 import list_gtin_forms
from yipan.masterdata.models import Barcode, Category, Sku
from yipan.masterdata.rows import BarcodeRow, CategoryRow, Scan, SkuRow
from yipan.masterdata.search import fold, make_query

ROWS_MAX = 1_000
#: What `sql/find_skus.sql` tells of a SKU, in its order; its barcodes come last.
_SKU_FIELDS = tuple(each.name for each in fields(SkuRow) if each.name != "barcodes")


def get_sku(code: str) -> SkuRow:
    """
    Return one SKU with its barcodes.

    :raises SkuUnknown: if there is no such code.
    """
    found = find_skus([code])
    if code not in found:
        raise refusals.SkuUnknown(sku=code)
    return found[code]


def find_skus(codes: Collection[str]) -> dict[str, SkuRow]:
    """Return the SKUs that exist among `codes`, by code."""
    wanted = list(set(codes))
    rows = statements.run("find_skus", {"codes": wanted}) if wanted else []
    return {
        code: SkuRow(
            **dict(zip(_SKU_FIELDS, (code, *facts), strict=True)),
            barcodes=tuple(
                BarcodeRow(code=text, pack_size=pack_size, unit=unit)
                for text, pack_size, unit in barcodes or ()
            ),
        )
        for code, *facts, barcodes in rows
    }


def list_unknown_skus(codes: Collection[str]) -> list[str]:
    """Return those of `codes` that are no SKU, sorted."""
    return list_unknown(sites=(), skus=codes)[1]


def list_unknown(*, sites: Collection[str], skus: Collection[str]) -> tuple[list[str], list[str]]:
    """Return those of the codes that are no site, and those that are no SKU, each sorted."""
    rows = statements.run("list_unknown", {"sites": list(set(sites)), "skus": list(set(skus))})
    return [code for is_site, code in rows if is_site], [
        code for is_site, code in rows if not is_site
    ]


def find_by_barcode(barcode: str) -> Scan | None:
    """Return what a scan of this code means, or nothing when no valid package carries it."""
    found = Barcode.objects.filter(code=fold_barcode(barcode), valid_to__isnull=True).first()
    if found is None:
        return None
    return Scan(barcode=found.code, sku=get_sku(found.sku_id), pack_size=found.pack_size)


def find_by_gtin(gtin: str) -> Scan | None:
    """
    Return what a scan of a GTIN of 14 digits means, or nothing when no valid package carries it.

    :raises BarcodeAmbiguous: if its short and its long form belong to two products.
    """
    found = list(
        Barcode.objects.filter(code__in=list_gtin_forms(gtin), valid_to__isnull=True).order_by("id")
    )
    if len({row.sku_id for row in found}) > 1:
        raise refusals.BarcodeAmbiguous(barcode=gtin, products=[row.sku_id for row in found])
    if not found:
        return None
    return Scan(barcode=found[0].code, sku=get_sku(found[0].sku_id), pack_size=found[0].pack_size)


def fold_barcode(text: str) -> str:
    """Return a barcode as it is stored: no spaces, no full-width digits, capital letters."""
    return "".join(fold(text).split()).upper()


def search_skus(text: str, limit: int = 20, *, only_active: bool = True) -> list[SkuRow]:
    """
    Return the SKUs that have, for each word of `text`, a name or code beginning with it.

    Exact codes and barcodes come first, then by code. Empty text finds nothing.
    """
    assert 0 < limit <= ROWS_MAX
    exact = _list_exact(text)
    rows = [row for row in exact if row.code == text.strip().upper() or row.is_active]
    query = _filter(SkuFilter(text=text, is_active=True if only_active else None))
    if query is None or not text.strip():
        return rows[:limit]
    known = [row.code for row in rows]
    return (rows + read_skus(query.exclude(code__in=known).order_by("code")[:limit]))[:limit]


def _list_exact(text: str) -> list[SkuRow]:
    barcode = fold_barcode(text)
    if not barcode:
        return []
    owners = Barcode.objects.filter(code=barcode, valid_to__isnull=True).values("sku_id")
    wanted = Q(code__in={text.strip(), text.strip().upper()}) | Q(code__in=owners)
    return read_skus(Sku.objects.filter(wanted).order_by("code"))


@dataclass(frozen=True, kw_only=True, slots=True)
class SkuFilter:
    """
    Which SKUs to list; empty is: all.

    `flag` is one of FLAGS; `category` counts with all its branches.
    """

    text: str = ""
    category: str = ""
    temperature_class: str = ""
    is_active: bool | None = None
    flag: str = ""
    style: str = ""


#: What of a SKU can be asked for by name.
FLAGS = frozenset(
    {"is_lot_tracked", "is_expiry_tracked", "is_serial_tracked", "is_weighed", "is_hot"}
)


def list_sku_page(which: SkuFilter, *, after: str = "", limit: int = 100) -> list[SkuRow]:
    """Return SKUs ordered by code, those behind `after` only, that fit the filter."""
    assert 0 < limit <= ROWS_MAX
    query = _filter(which)
    return [] if query is None else read_skus(query.filter(code__gt=after).order_by("code")[:limit])


def list_style(style: str) -> list[SkuRow]:
    """Return the SKUs of a style by color, size and code, 1,000 at most; none has no style."""
    if not style:
        return []
    return read_skus(Sku.objects.filter(style=style).order_by("color", "size", "code")[:ROWS_MAX])


def count_skus(which: SkuFilter) -> int:
    """Return how many SKUs fit the filter."""
    query = _filter(which)
    return 0 if query is None else query.count()


def _filter(which: SkuFilter) -> QuerySet[Sku] | None:
    """Return a query over SKUs, or nothing when the text holds no word to search for."""
    query = Sku.objects.all()
    if which.text.strip():
        wanted = make_query(which.text)
        if not wanted:
            return None
        hit = RawSQL('"masterdata_sku"."search" @@ %s::tsquery', [wanted])
        barcodes = Barcode.objects.filter(code=fold_barcode(which.text), valid_to__isnull=True)
        # Asked first: a subquery beside the words would keep PostgreSQL from their index.
        owners = list(barcodes.values_list("sku__code", flat=True))
        is_found = Q(hit=True) | Q(code__in=owners) if owners else Q(hit=True)
        query = query.alias(hit=hit).filter(is_found)
    if which.category:
        is_branch = Q(category__code__startswith=f"{which.category}/")
        query = query.filter(Q(category_id=which.category) | is_branch)
    if which.temperature_class:
        query = query.filter(temperature_class=which.temperature_class)
    if which.style:
        query = query.filter(style=which.style)
    if which.is_active is not None:
        query = query.filter(is_active=which.is_active)
    if which.flag:
        assert which.flag in FLAGS
        query = query.filter(**{which.flag: True})
    return query


def list_skus(*, after: str = "", limit: int = 100, only_active: bool = False) -> list[SkuRow]:
    """Return SKUs ordered by code, those behind `after` only."""
    assert 0 < limit <= ROWS_MAX
    query = Sku.objects.filter(code__gt=after)
    if only_active:
        query = query.filter(is_active=True)
    return read_skus(query.order_by("code")[:limit])


def read_skus(query: QuerySet[Sku]) -> list[SkuRow]:
    """Return the rows of a query, in its order, with the barcodes valid now."""
    skus = list(query)
    barcodes: dict[str, list[BarcodeRow]] = {sku.code: [] for sku in skus}
    valid = Barcode.objects.filter(sku_id__in=barcodes, valid_to__isnull=True)
    for row in valid.order_by("sku_id", "pack_size", "code"):
        barcodes[row.sku_id].append(
            BarcodeRow(code=row.code, pack_size=row.pack_size, unit=row.unit)
        )
    return [_make_sku_row(sku, barcodes[sku.code]) for sku in skus]


def _make_sku_row(sku: Sku, barcodes: Sequence[BarcodeRow]) -> SkuRow:
    return SkuRow(
        code=sku.code,
        name=sku.name,
        name_zh=sku.name_zh,
        category=sku.category_id or "",
        unit=sku.unit,
        case_size=sku.case_size,
        is_lot_tracked=sku.is_lot_tracked,
        is_expiry_tracked=sku.is_expiry_tracked,
        is_serial_tracked=sku.is_serial_tracked,
        is_weighed=sku.is_weighed,
        is_hot=sku.is_hot,
        temperature_class=sku.temperature_class,
        cost_minor=sku.cost_minor,
        price_minor=sku.price_minor,
        currency=sku.currency,
        is_active=sku.is_active,
        external_id=sku.external_id,
        version=sku.version,
        style=sku.style,
        color=sku.color,
        size=sku.size,
        barcodes=tuple(barcodes),
    )


def list_categories() -> list[CategoryRow]:
    """Return the whole tree, parents before children."""
    return [
        CategoryRow(code=row.code, parent=row.parent_id or "", name=row.name, name_zh=row.name_zh)
        for row in Category.objects.order_by("code")[:ROWS_MAX]
    ]


def find_category(code: str) -> CategoryRow | None:
    """Return one branch of the tree of goods, None where there is none of this code."""
    row = Category.objects.filter(code=code).first() if code else None
    if row is None:
        return None
    return CategoryRow(
        code=row.code, parent=row.parent_id or "", name=row.name, name_zh=row.name_zh
    )
