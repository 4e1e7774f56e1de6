"""
The goods as a register keeps them: in 256 chunks, each known by a digest of its versions.

Whoever holds a copy asks for the digests, and then for the chunks that differ. It cannot miss
a change, however late it was committed, and a copy that went wrong heals by itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import msgspec

from yipan.masterdata import statements

CHUNKS = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogRow:
    """
    A product for the register. `barcodes` is barcode to how many smallest units a scan means.

    Money is in minor units of `currency`, per smallest unit.
    """

    sku: str
    name: str
    name_zh: str
    category: str
    price_minor: int
    currency: str
    barcodes: dict[str, int]


def list_chunk_digests() -> dict[int, str]:
    """Return chunk to digest of the active goods in it; a chunk without goods is left out."""
    return dict(statements.run("list_chunk_digests", {}))


def list_chunks(chunks: Collection[int]) -> dict[int, list[CatalogRow]]:
    """Return the active goods of some chunks, by code."""
    found: dict[int, list[CatalogRow]] = {chunk: [] for chunk in chunks}
    for row in statements.run("list_chunk_skus", {"chunks": sorted(chunks)}):
        found[row[0]].append(_make_row(row))
    return found


def _make_row(row: tuple[Any, ...]) -> CatalogRow:
    _, code, _, name, name_zh, category, price_minor, currency, barcodes = row
    return CatalogRow(
        sku=code,
        name=name,
        name_zh=name_zh or name,
        category=category,
        price_minor=price_minor,
        currency=currency,
        barcodes=msgspec.json.decode(barcodes, type=dict[str, int]),
    )
