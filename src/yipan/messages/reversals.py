"""Messages by which warehouses and stores tell what they undid (冲销), in their own names.

Each cites the document by its number and says why: `correction_reason` is `did_not_occur` or
`incorrect_data`. The right document, where there is one, is told by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteReversal(Message):
    """What all of them tell. They are ordered: none is heard before the document it undoes."""

    is_ordered: ClassVar[bool] = True

    site: str
    correction_reason: str
    reason: str = ""
    reversed_by: str = ""
    device: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReceiptReversed(SiteReversal):
    """A warehouse undid a receipt (收货冲销), of an order or a blind one."""

    kind: ClassVar[str] = "wms.receipt_reversed.v1"

    receipt_number: str
    inbound_order_number: str
    order_type: str
    document_number: str

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseOpeningReversed(SiteReversal):
    """A warehouse took an opening back (期初冲销)."""

    kind: ClassVar[str] = "wms.stock_opening_reversed.v1"

    document_number: str

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreOpeningReversed(SiteReversal):
    """A store took an opening back (期初冲销)."""

    kind: ClassVar[str] = "pos.stock_opening_reversed.v1"

    document_number: str

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferReceiptReversed(SiteReversal):
    """A store took back that it took in a transfer (调入冲销)."""

    kind: ClassVar[str] = "pos.transfer_receipt_reversed.v1"

    receipt_number: str
    inbound_order_number: str
    transfer_number: str

    def get_subject(self) -> str:
        """Return the number of the receipt."""
        return self.receipt_number


@dataclass(frozen=True, kw_only=True, slots=True)
class TransferShipmentReversed(SiteReversal):
    """A shipment of a store did not leave after all (调出冲销)."""

    kind: ClassVar[str] = "pos.transfer_shipment_reversed.v1"

    shipment_number: str
    outbound_order_number: str
    order_type: str
    document_number: str

    def get_subject(self) -> str:
        """Return the number of the shipment."""
        return self.shipment_number
