"""What the query of many stock levels takes and tells. Quantities in smallest units."""

from __future__ import annotations

from typing import Annotated

from ninja import Schema
from pydantic import Field

from yipan.erp.api.schemas import Code
from yipan.erp.api.stock_schemas import LevelOut


class LevelLineIn(Schema):
    """What is asked for: what one site has of one SKU."""

    id: Annotated[str, Field(min_length=1, max_length=96)]
    sku: Code
    site: Code


class LevelsFindIn(Schema):
    """Up to 1,000 lines, each with an `id` of the caller's."""

    lines: Annotated[list[LevelLineIn], Field(min_length=1)]


class LevelFoundOut(Schema):
    """One line's answer; refused when there is no such SKU or site, or it is none of yours."""

    id: str
    status: str
    code: str = ""
    result: LevelOut | None = None


class LevelsFoundOut(Schema):
    """One result per line, in the order they were asked."""

    data: list[LevelFoundOut]
