"""What somebody says while counting a delivery, and what may be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from yipan.documents.evidence import NO_STAMP, Stamp
from yipan.foundation.refusals import Refusal
from yipan.wms import rules
from yipan.wms.models.receipt import CountMode


class NothingCounted(Refusal):
    """There is nothing to post, and nothing to take back."""

    code = "receipt.nothing_counted"


class CountBelowZero(Refusal):
    """The correction would leave less than nothing of a SKU."""

    code = "receipt.count_below_zero"


class SerialDoubled(Refusal):
    """This piece was scanned already: its serial number is counted."""

    code = "receipt.serial_doubled"


class DispositionMissing(Refusal):
    """Say what becomes of goods that came back: sold again, inspected, or scrapped."""

    code = "receipt.disposition_missing"
    status = 422


#: What may become of goods a customer sends back (退货处置).
DISPOSITIONS = ("sellable", "inspect", "scrap")


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """
    What a receipt is for. Without an inbound order it is blind, of a supplier or of none.

    `partner_document` is the paper that came with it: a supplier's delivery note; of goods a
    customer sends back (`order_type` customer_return) the order they were sold with.
    """

    site: str
    inbound_order_number: str = ""
    supplier: str = ""
    count_mode: str = CountMode.EXPECTED
    external_id: str = ""
    order_type: str = "purchase"
    partner_document: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counting:
    """
    One scan, or one keyed correction, which may be negative. Never zero.

    `is_wrong`: sound goods, but others than ordered. `disposition` is what becomes of goods that
    came back. Lot, date, serial and license plate where the scan told them.
    """

    sku: str
    quantity: int
    is_damaged: bool = False
    is_wrong: bool = False
    disposition: str = ""
    capture_mode: str = "scan"
    text: str = ""
    lot: str = ""
    expires_on: date | None = None
    serial: str = ""
    package_id: str = ""
    pack_size: int | None = None
    was_expected_shown: bool = False
    stamp: Stamp = NO_STAMP

    @property
    def lot_code(self) -> str:
        """Return the name of the lot; one known by its date alone is called after it."""
        return rules.get_lot_code(lot=self.lot, expires_on=self.expires_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What somebody says was really counted of a SKU and lot."""

    sku: str
    quantity_sound: int
    quantity_damaged: int
    lot: str = ""
    quantity_wrong: int | None = None
