"""What a scanned text means at a site. Exact matches only; two meanings are asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Q

from yipan.foundation.refusals import Refusal
from yipan.masterdata import gs1
from yipan.masterdata import queries as masterdata
from yipan.masterdata.gs1 import Gs1Code
from yipan.masterdata.rows import SkuRow
from yipan.wms import rules
from yipan.wms.models import InboundOrder, Lot, Package
from yipan.wms.queries.arrivals import find_package

TEXT_LENGTH_MAX = 200

#: Printed on command cards: what is written to what it does.
COMMANDS = {
    "CMD:UNDO": "undo",
    "CMD:POST": "post",
    "CMD:DAMAGED": "damaged",
    "CMD:SKIP": "skip",
}

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
    What a scan is: `command`, `tote`, `order`, `package`, `product` or `bin`.

    `value` is the command, the code of tote or bin, the number of the inbound order, or the
    license plate. Of a product, `pack_size` is how many smallest units one package holds and
    `count` how many packages the code speaks of; a GS1 code may add lot, date, serial, net
    weight and the license plate it stands on.
    """

    kind: str
    value: str = ""
    sku: SkuRow | None = None
    pack_size: int = 1
    count: int = 1
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    weight_grams: int | None = None
    sscc: str = ""

    @property
    def quantity(self) -> int:
        """Return the smallest units the scan stands for; grams where goods are weighed."""
        if self.weight_grams is not None and self.sku is not None and self.sku.unit == "gram":
            return self.weight_grams
        return self.pack_size * self.count


def resolve_scan(site: str, text: str) -> Scanned:
    """
    Return what a scan means: command, tote, order, product, package, lot, bin, in this order.

    A code that stands in master data as it is means that; only others are read as GS1 codes.

    :raises ScanUnknown: if it means nothing here.
    :raises ScanAmbiguous: if it is the barcode of one product and the code of another.
    :raises CodeUnreadable: if it is a broken GS1 code.
    """
    text = text.strip(" \t\r\n")[:TEXT_LENGTH_MAX]
    command = COMMANDS.get(text.upper())
    if command:
        return Scanned(kind="command", value=command)
    if text.upper().startswith(rules.TOTE_START) and "/" not in text:
        return Scanned(kind="tote", value=text.upper()[:TOTE_LENGTH_MAX])
    found = (
        _find_order(site, text)
        or _find_product(text)
        or _find_gs1(site, text)
        or _find_lot(site, text)
        or _find_bin(site, text)
    )
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


def _find_gs1(site: str, text: str) -> Scanned | None:
    said = gs1.read_gs1(text)
    if said is None:
        return None
    is_known = bool(said.sscc) and (
        Package.objects.filter(site=site, sscc=said.sscc).exists()
        or find_package(said.sscc, site=site) is not None
    )
    if said.sscc and (is_known or not said.gtin):
        return Scanned(kind="package", value=said.sscc, sscc=said.sscc)
    scan = masterdata.find_by_gtin(said.gtin) if said.gtin else None
    if scan is None:
        raise ScanUnknown(text=text, site=site)
    return _add_said(Scanned(kind="product", sku=scan.sku, pack_size=scan.pack_size), said)


def _add_said(scanned: Scanned, said: Gs1Code) -> Scanned:
    return replace(
        scanned,
        count=said.count or 1,
        lot=rules.get_lot_code(lot=said.lot, expires_on=said.expires_on),
        expires_on=said.expires_on,
        serial=said.serial,
        weight_grams=said.weight_grams,
        sscc=said.sscc,
    )


def _find_lot(site: str, text: str) -> Scanned | None:
    """A label with a lot alone means its product; the same code of two products means neither."""
    lots = list(Lot.objects.filter(site=site, code=text).order_by("sku")[:2])
    if not lots:
        return None
    if len(lots) > 1:
        raise ScanAmbiguous(text=text, products=[lot.sku for lot in lots])
    sku = masterdata.get_sku(lots[0].sku)
    return Scanned(
        kind="product", sku=sku, count=0, lot=lots[0].code, expires_on=lots[0].expires_on
    )


def _find_bin(site: str, text: str) -> Scanned | None:
    code = text.upper()
    return Scanned(kind="bin", value=code) if masterdata.find_bins(site, [code]) else None
