"""Steps of lots (批次) and serials (序列号): written down as they come, crossed out as they go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.wms.models import Lot, Serial


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A lot as somebody named it: of which SKU, and until when it may be sold."""

    sku: str
    code: str
    expires_on: date | None = None


@transaction.atomic
def register(
    *, site: str, named: Iterable[Named], document: str, supplier: str, at: datetime
) -> None:
    """
    Write lots down that came. One that is known keeps its date, unless the new one is earlier.

    Two dates of one lot are a slip of somebody; the earlier one harms nobody who eats it.
    """
    for each in named:
        if not each.code:
            continue
        lot, is_new = Lot.objects.select_for_update().get_or_create(
            site=site,
            sku=each.sku,
            code=each.code,
            defaults={
                "expires_on": each.expires_on,
                "supplier": supplier,
                "first_document": document,
                "first_seen_at": at,
            },
        )
        if is_new or each.expires_on is None:
            continue
        if lot.expires_on is None or each.expires_on < lot.expires_on:
            lot.expires_on = each.expires_on
            lot.save(update_fields=["expires_on"])


@transaction.atomic
def bring_serials(
    *, site: str, serials: Iterable[tuple[str, str, str]], document: str, at: datetime
) -> None:
    """Write down which pieces came: SKU, lot and serial. One that left before is back."""
    for sku, lot, serial in serials:
        Serial.objects.update_or_create(
            site=site,
            sku=sku,
            serial=serial,
            defaults={
                "lot": lot,
                "came_with": document,
                "came_at": at,
                "left_with": "",
                "left_at": None,
            },
        )


@transaction.atomic
def take_serials(
    *, site: str, serials: Iterable[tuple[str, str, str]], document: str, at: datetime
) -> None:
    """Write down which pieces left. One that nobody saw coming is written down as gone."""
    for sku, lot, serial in serials:
        Serial.objects.update_or_create(
            site=site,
            sku=sku,
            serial=serial,
            defaults={"lot": lot, "left_with": document, "left_at": at},
        )


def forget_serials(*, site: str, document: str) -> None:
    """Write down that the pieces of a receipt did not come: those that left came from nowhere."""
    came = Serial.objects.filter(site=site, came_with=document)
    came.filter(left_with="").delete()
    came.update(came_with="", came_at=None)


def put_back_serials(*, site: str, document: str) -> None:
    """Write down that the pieces of a shipment did not leave after all."""
    Serial.objects.filter(site=site, left_with=document).update(left_with="", left_at=None)
