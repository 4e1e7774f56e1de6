"""The only writers and readers of promotions (促销): checked, versioned, taken over by sites."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields, replace
from typing import Final

from django.db import transaction

from yipan.foundation.promotions import AMOUNT, GIFT, KINDS, N_FOR_M, PERCENT, Promotion
from yipan.masterdata import models, queries
from yipan.masterdata.checks import Wrong
from yipan.masterdata.records import refuse_wrong

ROWS_MAX = 1_000
CODES_MAX = 500
QUANTITY_MAX = 99_999
AMOUNT_MAX = 99_999_999

_LISTS = ("skus", "categories", "sites", "regions")


def find(codes: Collection[str]) -> dict[str, Promotion]:
    """Return the promotions that exist among `codes`, by code."""
    return {row.code: _read(row) for row in models.Promotion.objects.filter(code__in=set(codes))}


def list_all(*, only_active: bool = False) -> list[Promotion]:
    """Return promotions in the order of their codes."""
    query = models.Promotion.objects.order_by("code")
    if only_active:
        query = query.filter(is_active=True)
    return [_read(row) for row in query[:ROWS_MAX]]


@transaction.atomic
def save(row: Promotion) -> Promotion | None:
    """
    Make or change a promotion. Return it with its new version, or None when nothing differs.

    :raises RowWrong: if it cannot be kept, naming each field and why.
    """
    refuse_wrong(row.code, check(row))
    models.Promotion.objects.select_for_update().filter(code=row.code).first()
    known = find([row.code]).get(row.code)
    if known is not None and replace(row, version=known.version) == known:
        return None
    changed = replace(row, version=known.version + 1 if known else 1)
    _write([changed])
    return changed


@transaction.atomic
def take_over(rows: Sequence[Promotion]) -> int:
    """Take over promotions of the hub, each at its version. Return how many were newer."""
    newest: dict[str, Promotion] = {}
    for row in rows:
        if row.code not in newest or row.version > newest[row.code].version:
            newest[row.code] = row
    known = find(newest)
    newer = [
        row
        for code, row in sorted(newest.items())
        if code not in known or row.version > known[code].version
    ]
    _write(newer)
    return len(newer)


_FIGURES: Final = {
    "percent": 100,
    "amount_minor": AMOUNT_MAX,
    "buy_quantity": QUANTITY_MAX,
    "pay_quantity": QUANTITY_MAX,
    "gift_quantity": QUANTITY_MAX,
}


def check(row: Promotion) -> list[Wrong]:
    """Return what is wrong with a promotion: each field, and the code of its reason."""
    wrong = [
        Wrong(field=name, code="cell.missing")
        for name in ("code", "name")
        if not getattr(row, name).strip()
    ]
    if row.kind not in KINDS:
        return [*wrong, Wrong(field="kind", code="cell.not_a_choice")]
    figures = dict(_list_figures(row))
    # What does not count for a kind is kept all the same, and has to be a figure.
    idle = {name: 0 <= getattr(row, name) <= most for name, most in _FIGURES.items()}
    wrong += [
        Wrong(field=name, code="cell.out_of_range")
        for name, is_right in {**idle, **figures}.items()
        if not is_right
    ]
    if row.valid_from and row.valid_to and row.valid_from > row.valid_to:
        wrong.append(Wrong(field="valid_to", code="cell.out_of_range"))
    if any(len(getattr(row, name)) > CODES_MAX for name in _LISTS):
        wrong.append(Wrong(field="skus", code="cell.out_of_range"))
    wanted = {*row.skus, *([row.gift_sku] if row.kind == GIFT else [])} - {""}
    unknown_sites, unknown_skus = queries.list_unknown(sites=row.sites, skus=wanted)
    wrong += [Wrong(field="sites", code="masterdata.site_unknown") for _ in unknown_sites[:1]]
    wrong += [Wrong(field="skus", code="masterdata.sku_unknown") for _ in unknown_skus[:1]]
    return wrong


def _list_figures(row: Promotion) -> list[tuple[str, bool]]:
    """Return the fields that count for a kind, and whether each holds a figure it may hold."""
    if row.kind == PERCENT:
        return [("percent", 1 <= row.percent <= 100)]
    if row.kind == AMOUNT:
        return [("amount_minor", 1 <= row.amount_minor <= AMOUNT_MAX)]
    if row.kind == N_FOR_M:
        return [
            ("buy_quantity", 2 <= row.buy_quantity <= QUANTITY_MAX),
            ("pay_quantity", 0 <= row.pay_quantity < row.buy_quantity),
        ]
    return [
        ("buy_quantity", 1 <= row.buy_quantity <= QUANTITY_MAX),
        ("gift_quantity", 1 <= row.gift_quantity <= QUANTITY_MAX),
        ("gift_sku", row.gift_sku != ""),
    ]


def _read(row: models.Promotion) -> Promotion:
    values = {field.name: getattr(row, field.name) for field in fields(Promotion)}
    return Promotion(**(values | {name: tuple(values[name]) for name in _LISTS}))


def _write(rows: Sequence[Promotion]) -> None:
    models.Promotion.objects.bulk_create(
        [
            models.Promotion(**(asdict(row) | {name: list(getattr(row, name)) for name in _LISTS}))
            for row in rows
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[field.name for field in fields(Promotion) if field.name != "code"],
    )
