"""Every fault a plan can name: what it strikes, what its size means, what to call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A fault as plans name it, `cause` or `cause/variant`.

    `basis` is the occasion it strikes at (and what `per_thousand` counts), `size_unit` what its
    `size` means, `size` what it is where the plan says nothing, `names` which causes named by the
    systems are right for it.
    """

    name: str
    basis: str
    size_unit: str
    size: tuple[int, int]
    names: tuple[str, ...]
    is_interface: bool = False

    @property
    def asks_goods(self) -> bool:
        """Tell whether a plan may say to which goods it happens."""
        return self.name in TAKING or (self.basis in LINES and self.name != "count_sku_mixup")

    @property
    def site_kind(self) -> str:
        """Return the kind of site where it can happen alone, or empty."""
        return "store" if self.name in STORES_ONLY else SITE_KINDS.get(self.basis, "")


RECEIPT, PUTAWAY, PICK = "receipt line", "put-away line", "pick line"
ARRIVAL, SALE, PICKUP = "arrival line", "ticket line", "pick-up"
TRUCK, CARTON = "delivery of a supplier", "delivery to a store"
COUNT, SHEET, DAY = "count line", "count sheet", "site and day"
UNITS, NONE, HOURS, SECONDS = "units", "", "hours", "seconds"

#: The local hours of the occasions of a site and day, and those at which suppliers come.
DAY_HOURS: Final = (12, 15, 18, 21)
SUPPLY_HOURS: Final = (7, 10, 17)

#: Occasions with a SKU, those of one kind of site, and what happens to stores alone.
LINES: Final = frozenset({RECEIPT, PUTAWAY, PICK, ARRIVAL, SALE, COUNT})
SITE_KINDS: Final = {
    **dict.fromkeys((RECEIPT, PUTAWAY, PICK, TRUCK), "warehouse"),
    **dict.fromkeys((SALE, ARRIVAL, CARTON, PICKUP), "store"),
}
TAKING: Final = frozenset({"theft", "damage", "shrinkage", "unrecorded_use", "unrecorded_scrap"})
STORES_ONLY: Final = frozenset(
    {
        "unrecorded_use", "unrecorded_scrap", "kit_not_exploded", "stale_snapshot", "cloned_till",
        "restored_till", "clock_error",
    }
)  # fmt: skip

_ALL: Final = (
    # Documents
    Kind("miskey/power_of_ten", RECEIPT, NONE, (1, 1), ("miskey",)),
    Kind("miskey/digits", RECEIPT, NONE, (1, 1), ("miskey",)),
    Kind("miskey/at_sale", SALE, UNITS, (2, 9), ("miskey",)),
    Kind("unit_mixup", RECEIPT, NONE, (1, 1), ("unit_mixup",)),
    Kind("sku_mixup/at_receipt", RECEIPT, NONE, (1, 1), ("sku_mixup",)),
    Kind("sku_mixup/at_pick", PICK, NONE, (1, 1), ("sku_mixup",)),
    Kind("sku_mixup/at_sale", SALE, NONE, (1, 1), ("sku_mixup",)),
    Kind("short_receipt", RECEIPT, UNITS, (1, 4), ("short_receipt", "supplier_short_shipping")),
    Kind("over_receipt", RECEIPT, UNITS, (1, 4), ("over_receipt",)),
    Kind("short_receipt/at_store", ARRIVAL, UNITS, (1, 3), ("short_receipt", "short_shipment")),
    Kind("short_shipment", PICK, UNITS, (1, 3), ("short_shipment",)),
    Kind("over_shipment", PICK, UNITS, (1, 3), ("over_shipment",)),
    Kind("wrong_site", ARRIVAL, NONE, (1, 1), ("wrong_site",)),
    Kind("double_entry", TRUCK, NONE, (1, 1), ("double_entry",)),
    Kind("late_document", TRUCK, HOURS, (12, 20), ("late_document",)),
    Kind("missing_document", CARTON, NONE, (1, 1), ("missing_document",)),
    Kind("wrong_direction", SALE, NONE, (1, 1), ("wrong_direction",)),
    Kind("lot_mixup", RECEIPT, NONE, (1, 1), ("lot_mixup", "bin_mixup")),
    Kind("bin_mixup", PUTAWAY, NONE, (1, 1), ("bin_mixup",)),
    Kind("unrecorded_use", DAY, UNITS, (1, 3), ("unrecorded_use",)),
    Kind("unrecorded_scrap", DAY, UNITS, (1, 4), ("unrecorded_scrap",)),
    Kind("unrecorded_handover", PICKUP, NONE, (1, 1), ("unrecorded_handover",)),
    Kind("unrecorded_return", SALE, NONE, (1, 1), ("unrecorded_return",)),
    Kind("refund_without_goods", SALE, NONE, (1, 1), ("refund_without_goods",)),
    Kind("kit_not_exploded", DAY, UNITS, (1, 3), ("kit_not_exploded",)),
    # Counts
    Kind("miscount", COUNT, UNITS, (1, 3), ("miscount",)),
    Kind("missed_area", COUNT, NONE, (1, 1), ("missed_area", "miscount")),
    Kind("double_counted_area", COUNT, NONE, (1, 1), ("double_counted_area", "miscount")),
    Kind("count_sku_mixup", COUNT, NONE, (1, 1), ("count_sku_mixup", "sku_mixup", "miscount")),
    Kind("book_copied", SHEET, NONE, (1, 1), ("book_copied",)),
    # Goods
    Kind("theft", DAY, UNITS, (2, 8), ("theft",)),
    Kind("shrinkage", DAY, UNITS, (1, 1), ("shrinkage", "unknown")),
    Kind("damage", DAY, UNITS, (1, 3), ("unrecorded_scrap", "shrinkage", "unknown")),
    Kind("loss_in_transit", ARRIVAL, UNITS, (1, 3), ("short_receipt", "one_sided_transfer")),
    # Lines between the systems
    Kind("lost_message", DAY, "messages", (1, 3), ("lost_message",), is_interface=True),
    Kind("duplicate_message", DAY, "messages", (1, 3), ("duplicate_message",), is_interface=True),
    Kind("altered_message", DAY, "messages", (1, 1), ("payload_mismatch",), is_interface=True),
    Kind("reordered_message", DAY, "messages", (2, 4), ("delayed_message",), is_interface=True),
    Kind(
        "stuck_message",
        DAY,
        "messages",
        (1, 2),
        ("stuck_message", "delayed_message"),
        is_interface=True,
    ),
    Kind("delayed_message", DAY, "messages", (1, 4), ("delayed_message",), is_interface=True),
    Kind("stale_snapshot", DAY, NONE, (1, 1), ("stale_snapshot",), is_interface=True),
    Kind("cloned_till", DAY, "tickets", (1, 3), ("cloned_device",), is_interface=True),
    Kind(
        "restored_till",
        DAY,
        "tickets",
        (1, 3),
        ("restored_device", "cloned_device"),
        is_interface=True,
    ),
    Kind("network_outage", DAY, HOURS, (8, 24), ("delayed_message",), is_interface=True),
    Kind(
        "clock_error",
        DAY,
        SECONDS,
        (-900, 900),
        ("late_document", "cutoff_shift"),
        is_interface=True,
    ),
    Kind("crash", DAY, NONE, (1, 1), (), is_interface=True),
)
KINDS: Final = {kind.name: kind for kind in _ALL}
