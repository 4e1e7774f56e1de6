"""Counting a package (整件收货): one scan of its license plate stands for all that is in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yipan.documents.evidence import NO_STAMP, Stamp
from yipan.documents.states import lock_for
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.stock.counting import Counting
from yipan.wms.models import Receipt


class PackageUnknown(Refusal):
    """Nobody announced what is in this package: scan the goods in it."""

    code = "package.unknown"
    status = 422


class PackageCounted(Refusal):
    """This package is counted already."""

    code = "package.counted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """So much of one SKU and lot in a package, as its notice says."""

    sku: str
    quantity: int
    lot: str = ""
    expires_on: date | None = None


@transaction.atomic
def count(
    *,
    number: str,
    sscc: str,
    inside: Sequence[Inside],
    by: Trace,
    at: datetime,
    stamp: Stamp = NO_STAMP,
) -> int:
    """
    Count all that a package is said to hold; return how many pieces. Nobody counted them: `bulk`.

    :raises PackageUnknown: if nothing is said of it.
    :raises PackageCounted: if it stands counted in this receipt.
    """
    row = lock_for("count", model=Receipt, number=number, steps=receipt.STEPS)
    if not inside:
        raise PackageUnknown(sscc=sscc)
    if row.scans.filter(package_id=sscc, undone_at=None).exists():
        raise PackageCounted(sscc=sscc)
    for each in inside:
        counting = Counting(
            sku=each.sku,
            quantity=each.quantity,
            capture_mode="bulk",
            text=sscc,
            lot=each.lot,
            expires_on=each.expires_on,
            package_id=sscc,
            was_expected_shown=True,
            stamp=stamp,
        )
        receipt.count(number=number, counting=counting, by=by, at=at)
    return sum(each.quantity for each in inside)
