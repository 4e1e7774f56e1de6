"""API of what other sites have (他店库存), for whoever sells in a store. Quantities alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from ninja import Query, Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.doors import endpoint
from yipan.masterdata.rows import SiteRow
from yipan.pool.queries.availability import SKUS_PER_QUESTION_MAX
from yipan.pool.queries.elsewhere import list_elsewhere, look_elsewhere

router = Router(tags=["pool"])

Sku = Annotated[str, Field(min_length=1, max_length=48)]


class ElsewhereQuery(Schema):
    """Which store asks, and about which SKUs; none means all, of the sites nearest to it."""

    site: Annotated[str, Field(min_length=1, max_length=16)]
    sku: Annotated[list[Sku], Field(max_length=SKUS_PER_QUESTION_MAX)] = []


class OtherSiteOut(Schema):
    code: str
    name: str
    site_type: str


class ElsewhereOut(Schema):
    """
    Other sites, the nearest first, and what each has free of a SKU, in their order.

    What is not named has none there, unless `is_cut` says that not all was told.
    """

    as_of: datetime
    sites: list[OtherSiteOut]
    data: dict[str, list[int]]
    is_cut: bool


@router.get("/elsewhere", response=ElsewhereOut)
@endpoint(action="pos.sell", at_hub=True)
def get_elsewhere(request: HttpRequest, which: Query[ElsewhereQuery]) -> ElsewhereOut:
    """Tell a store what other sites have free; a register keeps it, and shows how old it is."""
    get_actor(request).require_site(which.site)
    at = timezone.now()
    found = (
        look_elsewhere(site=which.site, skus=which.sku, at=at)
        if which.sku
        else list_elsewhere(site=which.site)
    )
    return ElsewhereOut(
        as_of=at,
        sites=[
            OtherSiteOut(code=row.code, name=_get_name(row), site_type=row.site_type)
            for row in found.sites
        ],
        data=found.quantities,
        is_cut=found.is_cut,
    )


def _get_name(row: SiteRow) -> str:
    speaks_chinese = (get_language() or "").startswith("zh")
    return (row.name_zh if speaks_chinese else "") or row.name
