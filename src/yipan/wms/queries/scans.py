"""What a scanned text means at a site. Exact matches only; two meanings are asked about."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.rows import SkuRow
from yipan.wms.models import InboundOrder

TEXT_LENGTH_MAX = 96

#: Printed on command cards: what is written to what it does.
COMMANDS = {
    "CMD:UNDO": "undo",
    "CMD:POST": "post",
    "CMD:DAMAGED": "damaged",
    "CMD:SKIP": "skip",
}

#: How the label of a tote begins. What lies in it is stock in the tote.
TOTE_START = "TOTE-"
TOTE_LENGTH_MAX = 32


class ScanUnknown(Refusal):
    """No order, product, barcode or bin of this site is written like that."""

    code = "wms.scan_unknown"
    status = 422


class ScanAmbiguous(Refusal):
    """The scan means more than one thing; scan something more exact."""

    code = "wms.scan_ambiguous"
    status = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Scanned:
    """
    What a scan is: `command`, `tote`, `order`, `product` or `bin`.

    `value` is the command, the code of tote or bin, or the number of the inbound order. Of a
    product, `pack_size` is how many smallest units the package holds.
    """

    kind: str
    value: str = ""
    sku: SkuRow | None = None
    pack_size: int = 1


def resolve_scan(site: str, text: str) -> Scanned:
    """
    Return what a scan means: a command, a tote, an order, a product, a bin, in this order.

    :raises ScanUnknown: if it means nothing here.
    :raises ScanAmbiguous: if it is the barcode of one product and the code of another.
    """
    text = text.strip()[:TEXT_LENGTH_MAX]
    command = COMMANDS.get(text.upper())
    if command:
        return Scanned(kind="command", value=command)
    if text.upper().startswith(TOTE_START) and "/" not in text:
        return Scanned(kind="tote", value=text.upper()[:TOTE_LENGTH_MAX])
    found = _find_order(site, text) or _find_product(text) or _find_bin(site, text)
    if found is None:
        raise ScanUnknown(text=text, site=site)
    return found


def _find_order(site: str, text: str) -> Scanned | None:
    numbers = InboundOrder.objects.filter(site=site).values_list("number", flat=True)
    number = numbers.filter(number=text.upper()).first()
    if number is None:
        of_partner = Q(purchase_order_number=text.upper()) | Q(transfer_number=text.upper())
        number = numbers.filter(of_partner).order_by("-id").first() if text else None
    return Scanned(kind="order", value=number) if number else None


def _find_product(text: str) -> Scanned | None:
    scan = masterdata.find_by_barcode(text)
    by_code = masterdata.find_skus([text.upper()]).get(text.upper())
    if scan is not None and by_code is not None and scan.sku.code != by_code.code:
        raise ScanAmbiguous(text=text, products=[scan.sku.code, by_code.code])
    if scan is not None:
        return Scanned(kind="product", sku=scan.sku, pack_size=scan.pack_size)
    return Scanned(kind="product", sku=by_code) if by_code else None


def _find_bin(site: str, text: str) -> Scanned | None:
    code = text.upper()
    return Scanned(kind="bin", value=code) if masterdata.find_bins(site, [code]) else None
