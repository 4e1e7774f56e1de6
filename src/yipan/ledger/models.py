"""Names and codes of the ledger's tables. Nobody outside `yipan.ledger` imports this module.

The tables themselves are made by SQL (`migrations/sql_0001`): partitions, triggers and posting
functions are no matter of an ORM, and nothing may write to them but those functions.
"""

from __future__ import annotations

from typing import Final

from yipan.foundation.status import StockStatus

#: Status as stored. 0 stands for "none": outside accounts have no status.
STATUS_CODES: Final[dict[StockStatus, int]] = {
    StockStatus.AVAILABLE: 1,
    StockStatus.HELD: 2,
    StockStatus.RESERVED: 3,
    StockStatus.QUARANTINE: 4,
    StockStatus.DAMAGED: 5,
    StockStatus.BLOCKED: 6,
}
OUTSIDE: Final = 0
STATUSES: Final[dict[int, StockStatus]] = {code: status for status, code in STATUS_CODES.items()}

#: First segment of the accounts that may not be promised below zero. All others are the outside.
INSIDE_ROOTS: Final = frozenset({"on_hand", "in_transit", "pool"})

#: Order matters: what refers to others comes first.
TABLES: Final = (
    "ledger_value_balance",
    "ledger_value_closing",
    "ledger_value_entry",
    "ledger_snapshot_stray",
    "ledger_snapshot_balance",
    "ledger_snapshot_total",
    "ledger_snapshot",
    "ledger_movement",
    "ledger_reversal",
    "ledger_posting",
    "ledger_request",
    "ledger_shortfall",
    "ledger_balance",
    "ledger_place",
    "ledger_sku",
    "ledger_book",
)
