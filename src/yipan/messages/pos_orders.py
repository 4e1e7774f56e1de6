"""Messages a store publishes about orders of customers, returns, counts and differences.

Those that move goods of the site book travel in the stream `stock` (`pos:S12/stock`), and so do
counts, which speak of the book at their number; differences travel in `tasks`, all others in
`orders` (`pos:S12/orders`). Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message
from yipan.messages.wms import Parcel, ShippedLine


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentAccepted(Message):
    """A store will fulfill an order (门店接单); it answers `oms.fulfillment_released`."""

    kind: ClassVar[str] = "pos.fulfillment_accepted.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    accepted_by: str = ""
    device: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentRejected(Message):
    """
    A store will not fulfill an order (门店拒单): it has to be sourced elsewhere.

    `reason` is one of `not_found`, `damaged`, `no_staff`, `closed`, `too_late` (nobody accepted
    in time; then `rejected_by` is empty) and `other`, which comes with a note. Nothing was
    picked, or what was picked was put back before.
    """

    kind: ClassVar[str] = "pos.fulfillment_rejected.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    reason: str
    note: str = ""
    rejected_by: str = ""
    device: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ProgressLine:
    """How far a store is with one line: picked so much, and so much was not there."""

    line: int
    sku: str
    quantity: int
    quantity_picked: int
    quantity_short: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FulfillmentProgressed(Message):
    """
    How far a store is with an order (履约进度). The site book moves by the facts, not by this.

    `state` is `picked`, `closed_short` (nothing was found) or `canceled`; a cancellation that
    came too late is answered with the state the order keeps and `store_fulfillment.too_late`.
    """

    kind: ClassVar[str] = "pos.fulfillment_progressed.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    state: str
    lines: tuple[ProgressLine, ...] = ()
    code: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PickShorted(Message):
    """A store found less than its book says (缺拣): evidence, and a reason to source anew."""

    kind: ClassVar[str] = "pos.pick_shorted.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    line: int
    sku: str
    quantity_found: int
    quantity_missing: int
    place: str = ""
    reason: str = ""
    count_task: str = ""
    picked_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StorePickupStaged(Message):
    """Goods wait for their customer on a shelf (自提备妥): the customer may be told."""

    kind: ClassVar[str] = "pos.store_pickup_staged.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    shelf: str
    lines: tuple[ProgressLine, ...]
    collect_until: str = ""
    staged_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StorePickupHandedOver(Message):
    """
    A customer got the goods (自提交付). A fact: it posts the issue in the site book.

    `shipment_number` is the number of the hand-over, unique in the company. The lines say in
    which status the site book holds the goods: `reserved`, when the order reserved them.
    """

    kind: ClassVar[str] = "pos.store_pickup_handed_over.v1"

    shipment_number: str
    fulfillment_number: str
    order_number: str
    site: str
    lines: tuple[ShippedLine, ...]
    reservation: str = ""
    proof: str = ""  # code, or manager: how the customer was known
    handed_over_by: str = ""
    device: str = ""
    is_last: bool = True

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StorePickupExpired(Message):
    """Nobody collected the goods in time (自提过期): they go back, and the promise ends."""

    kind: ClassVar[str] = "pos.store_pickup_expired.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    lines: tuple[ProgressLine, ...] = ()

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PutBackLine:
    """What went back to where it is sold, or waits to be looked at."""

    line: int
    sku: str
    quantity: int
    to_status: str = "available"


@dataclass(frozen=True, kw_only=True, slots=True)
class StorePickupReturned(Message):
    """Goods of an order went back (放回): not collected, refused, or the order was canceled."""

    kind: ClassVar[str] = "pos.store_pickup_returned.v1"
    is_ordered: ClassVar[bool] = True

    fulfillment_number: str
    order_number: str
    site: str
    lines: tuple[PutBackLine, ...]
    reason: str = ""  # expired, canceled or refused
    put_back_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the fulfillment order."""
        return self.fulfillment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsShipped(Message):
    """
    Goods of an order left a store by parcel (门店发货). A fact: it posts the issue.

    The fields are those of `wms.goods_shipped`, so that the hub may book both alike.
    """

    kind: ClassVar[str] = "pos.goods_shipped.v1"

    shipment_number: str
    outbound_order_number: str
    order_type: str
    document_number: str
    site: str
    lines: tuple[ShippedLine, ...]
    ship_to: str = ""
    parcels: tuple[Parcel, ...] = ()
    shipped_by: str = ""
    device: str = ""
    is_last: bool = False
    order_number: str = ""
    reservation: str = ""

    def get_subject(self) -> str:
        """Return the number of the shipment."""
        return self.shipment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class ReturnedLine:
    """What a customer brought back of one SKU, and what became of it."""

    line: int
    sku: str
    quantity: int
    disposition: str  # sellable, inspect, damaged or supplier
    amount_minor: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomerReturnPosted(Message):
    """
    A customer brought goods back to a store (销售退货), bought there, elsewhere or online.

    The goods came in by a ticket (`pos.ticket_posted`), which moves the site book; this tells
    what they were bought by, and that the refund of this `return_id` was paid.
    """

    kind: ClassVar[str] = "pos.customer_return_posted.v1"

    return_id: str
    ticket_number: str
    site: str
    lines: tuple[ReturnedLine, ...]
    origin: str = ""  # ticket, order or none
    original_number: str = ""
    original_site: str = ""
    refund_minor: int = 0
    currency: str = "CNY"
    reason: str = ""
    approved_by: str = ""
    posted_by: str = ""

    def get_subject(self) -> str:
        """Return the id of the return."""
        return self.return_id


@dataclass(frozen=True, kw_only=True, slots=True)
class CountedLine:
    """One observation: so much of a SKU at a place, and what the book said at that moment."""

    line: int
    sku: str
    quantity_counted: int
    quantity_book: int
    counted_at: str
    place: str = ""
    status: str = "available"
    round: int = 1
    counter: str = ""
    is_blind: bool = True
    capture_mode: str = "key"


@dataclass(frozen=True, kw_only=True, slots=True)
class CountRecorded(Message):
    """
    A store looked at what is there (盘点记录). An observation: it moves no book.

    `as_of_sequence` is the last number of the store's stream `stock` its book stood at.
    """

    kind: ClassVar[str] = "pos.count_recorded.v1"

    count_number: str
    site: str
    count_type: str  # spot_count
    lines: tuple[CountedLine, ...]
    as_of_sequence: int = 0
    reason: str = ""
    partner_number: str = ""

    def get_subject(self) -> str:
        """Return the number of the count."""
        return self.count_number


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceOpened(Message):
    """
    Work at a store showed that its book is wrong (差异): who does it, has to look.

    `difference_type` is `negative_book` (sold below zero), `short_pick`, `count` or
    `over_return`.
    """

    kind: ClassVar[str] = "pos.difference_opened.v1"
    is_ordered: ClassVar[bool] = True

    difference_number: str
    site: str
    difference_type: str
    sku: str
    quantity_book: int
    quantity_seen: int | None = None
    place: str = ""
    partner_number: str = ""
    count_task: str = ""

    def get_subject(self) -> str:
        """Return the number of the difference."""
        return self.difference_number


@dataclass(frozen=True, kw_only=True, slots=True)
class DifferenceClosed(Message):
    """A difference of a store is settled (差异关闭): counted, and corrected where it had to be."""

    kind: ClassVar[str] = "pos.difference_closed.v1"
    is_ordered: ClassVar[bool] = True

    difference_number: str
    site: str
    outcome: str  # counted or explained
    note: str = ""
    closed_by: str = ""

    def get_subject(self) -> str:
        """Return the number of the difference."""
        return self.difference_number
