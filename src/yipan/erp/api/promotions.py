"""Operations on promotions (促销)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import endpoint
from yipan.erp.documents.master.master_record import Author
from yipan.erp.documents.sales import promotion as verbs
from yipan.foundation.promotions import Promotion
from yipan.masterdata import promotions

router = Router()

Code = Annotated[str, Field(min_length=1, max_length=48)]
Text = Annotated[str, Field(max_length=96)]
Quantity = Annotated[int, Field(ge=0, le=99_999)]
Codes = Annotated[list[Annotated[str, Field(max_length=96)]], Field(max_length=500)]


class PromotionIn(Schema):
    """
    A promotion. `version` is the one the caller saw, 0 for a new one.

    `percent` takes a percentage off each line, `amount` minor units off each unit; `n_for_m`
    gives of each `buy_quantity` units all but `pay_quantity` free; `gift` gives
    `gift_quantity` of `gift_sku` for each `buy_quantity` units.
    """

    kind: Literal["percent", "amount", "n_for_m", "gift"]
    name: Annotated[str, Field(min_length=1, max_length=96)]
    name_zh: Text = ""
    percent: Annotated[int, Field(ge=0, le=100)] = 0
    amount_minor: Annotated[int, Field(ge=0, le=99_999_999)] = 0
    buy_quantity: Annotated[int, Field(ge=1, le=99_999)] = 1
    pay_quantity: Quantity = 0
    gift_sku: Annotated[str, Field(max_length=48)] = ""
    gift_quantity: Quantity = 0
    skus: Codes = []
    categories: Codes = []
    sites: Codes = []
    regions: Codes = []
    valid_from: date | None = None
    valid_to: date | None = None
    priority: Annotated[int, Field(ge=0, le=99_999)] = 0
    is_active: bool = True
    version: Annotated[int, Field(ge=0)] = 0


class PromotionOut(PromotionIn):
    code: str

    @classmethod
    def of(cls, row: Promotion) -> PromotionOut:
        """Return what the API tells of a promotion."""
        return cls(**{name: getattr(row, name) for name in cls.model_fields})


class PromotionPage(Schema):
    data: list[PromotionOut]


@router.get("/promotions", response=PromotionPage)
@endpoint(action="masterdata.read")
def list_promotions(request: HttpRequest) -> PromotionPage:
    """List promotions by code, those out of use too."""
    return PromotionPage(data=[PromotionOut.of(row) for row in promotions.list_all()])


@router.put("/promotions/{promotion}", response=PromotionOut)
@endpoint(action="erp.promotion.write")
def put_promotion(request: HttpRequest, promotion: Code, payload: PromotionIn) -> PromotionOut:
    """Make or change a promotion; stores and their registers are told."""
    lists = {
        name: tuple(getattr(payload, name)) for name in ("skus", "categories", "sites", "regions")
    }
    row = Promotion(**(payload.dict() | lists), code=promotion)
    return PromotionOut.of(verbs.edit(row, by=_get_author(request)))


def _get_author(request: HttpRequest) -> Author:
    return Author(name=get_actor(request).name, at=timezone.now(), device=get_device(request))
