"""Steps of a package (包装): it comes with a receipt, moves with one scan, and is opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from yipan.foundation.refusals import NotFound, Refusal
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Trace
from yipan.messages.wms import ReceivedLine
from yipan.wms.documents.stock import bin_move
from yipan.wms.documents.stock.bin_move import Told
from yipan.wms.models import BinMove, Package, PackageLine, Receipt
from yipan.wms.models.package import SSCC_LENGTH, PackageState
from yipan.wms.rules import Shifted


class PackageOpened(Refusal):
    """This package is opened: its goods lie in the bin by themselves. Scan a product."""

    code = "package.opened"


def bring(receipt: Receipt, *, lines: Sequence[ReceivedLine], at: datetime) -> None:
    """Write down the packages that came with a receipt: those of its lines with a license plate."""
    by_sscc: dict[str, list[ReceivedLine]] = {}
    for line in lines:
        if len(line.package_id) == SSCC_LENGTH and line.package_id.isdecimal():
            by_sscc.setdefault(line.package_id, []).append(line)
    for sscc, inside in by_sscc.items():
        package, _is_new = Package.objects.update_or_create(
            site=receipt.site,
            sscc=sscc,
            defaults={
                "state": PackageState.RECEIVED,
                "receipt_number": receipt.number,
                "bin_code": receipt.bin_code,
                "received_at": at,
                "opened_at": None,
                "opened_by": "",
            },
        )
        package.lines.all().delete()
        parts = [
            (line, status, quantity)
            for line in inside
            for status, quantity in (
                (StockStatus.AVAILABLE, line.quantity_sound),
                (StockStatus.QUARANTINE, line.quantity_quarantine),
                (StockStatus.DAMAGED, line.quantity_damaged),
                (StockStatus.BLOCKED, line.quantity_blocked),
            )
            if quantity
        ]
        PackageLine.objects.bulk_create(
            PackageLine(
                package=package,
                line=number,
                sku=line.sku,
                lot=line.lot,
                status=status,
                quantity=quantity,
            )
            for number, (line, status, quantity) in enumerate(parts, start=1)
        )


def forget(receipt: Receipt) -> None:
    """Forget the packages of a receipt that is reversed; those that came again since stay."""
    Package.objects.filter(site=receipt.site, receipt_number=receipt.number).delete()


@transaction.atomic
def carry(
    *, site: str, sscc: str, to_bin: str, by: Trace, at: datetime, told_of: Told | None = None
) -> BinMove:
    """
    Carry a whole package to a bin: all inside moves with it, by one document.

    :raises NotFound: if no such package came here.
    :raises PackageOpened: if it was opened.
    :raises SameBin: if it stands there already.
    """
    package = _lock(site, sscc)
    move = bin_move.post(
        site=site,
        shifts=[
            Shifted(
                sku=line.sku,
                from_bin=package.bin_code,
                to_bin=to_bin,
                quantity=line.quantity,
                status=StockStatus(line.status),
                lot=line.lot,
            )
            for line in package.lines.order_by("line")
        ],
        by=by,
        at=at,
        told_of=told_of,
    )
    package.bin_code = to_bin
    package.save(update_fields=["bin_code"])
    return move


@transaction.atomic
def open_package(*, site: str, sscc: str, by: Trace, at: datetime) -> Package:
    """
    Open a package: its goods lie in the bin by themselves from now on. The book does not change.

    :raises NotFound: if no such package came here.
    :raises PackageOpened: if it was opened before.
    """
    package = _lock(site, sscc)
    package.state = PackageState.OPENED
    package.opened_at, package.opened_by = at, by.actor
    package.save(update_fields=["state", "opened_at", "opened_by"])
    return package


def require_whole(*, site: str, sscc: str) -> None:
    """
    Refuse what was opened; what never came here as a package is nobody's business here.

    :raises PackageOpened: if it was opened.
    """
    if Package.objects.filter(site=site, sscc=sscc, state=PackageState.OPENED).exists():
        raise PackageOpened(sscc=sscc)


def _lock(site: str, sscc: str) -> Package:
    package = Package.objects.select_for_update().filter(site=site, sscc=sscc).first()
    if package is None:
        raise NotFound(kind="package", id=sscc)
    if package.state == PackageState.OPENED:
        raise PackageOpened(sscc=sscc)
    return package
