"""Reads of bundles (组合商品): what each is made of, and as which version."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.foundation.refusals import NotFound
from yipan.pool.models import BundlePart

ROWS_MAX = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PartRow:
    """So many of a SKU, in its smallest unit, make one bundle."""

    sku: str
    quantity: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BundleRow:
    """A bundle. `version` grows with every change; 0 is a SKU that is no bundle."""

    bundle: str
    parts: tuple[PartRow, ...]
    version: int


def find_bundle(sku: str) -> BundleRow:
    """Return what a SKU is made of; without parts it is no bundle."""
    return _make_row(sku, list(BundlePart.objects.filter(bundle=sku).order_by("part")))


def get_bundle(sku: str) -> BundleRow:
    """
    Return a bundle.

    :raises NotFound: if the SKU is none.
    """
    row = find_bundle(sku)
    if not row.parts:
        raise NotFound(kind="bundle", id=sku)
    return row


def list_bundles(*, part: str = "", after: str = "", limit: int = ROWS_MAX) -> list[BundleRow]:
    """Return bundles by code, those with one part alone if it is named."""
    assert 0 < limit <= ROWS_MAX
    query = BundlePart.objects.filter(bundle__gt=after)
    if part:
        query = query.filter(bundle__in=BundlePart.objects.filter(part=part).values("bundle"))
    codes = list(query.order_by("bundle").values_list("bundle", flat=True).distinct()[:limit])
    parts: dict[str, list[BundlePart]] = {code: [] for code in codes}
    for it in BundlePart.objects.filter(bundle__in=codes).order_by("bundle", "part"):
        parts[it.bundle].append(it)
    return [_make_row(code, found) for code, found in parts.items()]


def _make_row(bundle: str, parts: list[BundlePart]) -> BundleRow:
    return BundleRow(
        bundle=bundle,
        parts=tuple(PartRow(sku=it.part, quantity=it.quantity) for it in parts),
        # Each change writes its parts anew, so the newest of them is never the same again.
        version=max((it.pk for it in parts), default=0),
    )
