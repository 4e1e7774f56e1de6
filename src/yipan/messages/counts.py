"""Messages about counts (盘点), and about putting right what they found.

They travel in a site's stream `stock`: counts speak of its book at their number, and what puts
them right comes behind them. Quantities are integers in the SKU's smallest unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message
from yipan.messages.pos_orders import CountedLine


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseCountRecorded(Message):
    """
    A warehouse looked at what is there (盘点记录). An observation: it moves no book.

    `as_of_sequence` is the last number of the warehouse's stream `stock` its book stood at.
    """

    kind: ClassVar[str] = "wms.count_recorded.v1"

    count_number: str
    site: str
    count_type: str  # full, cycle, spot, problem, zero_check or third_party
    lines: tuple[CountedLine, ...]
    as_of_sequence: int = 0
    reason: str = ""
    partner_number: str = ""

    def get_subject(self) -> str:
        """Return the number of the count."""
        return self.count_number


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectedLine:
    """
    What a document does about a count: signed as the difference, counted minus book.

    `case_number` names the case that asked for it, where one did.
    """

    sku: str
    quantity: int
    place: str = ""
    status: str = "available"
    counted_at: str = ""
    count_number: str = ""
    case_number: str = ""
    is_offset: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class WarehouseCountCorrected(Message):
    """
    What became of a document that is to put counts of a warehouse right (盘点更正).

    `outcome` is `submitted`, `posted`, `rejected`, `recount` or `reversed`.
    """

    kind: ClassVar[str] = "wms.count_corrected.v1"
    is_ordered: ClassVar[bool] = True

    adjustment_number: str
    site: str
    outcome: str
    lines: tuple[CorrectedLine, ...]
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreCountCorrected(Message):
    """
    What became of a document that is to put counts of a store right (盘点更正).

    `outcome` is `submitted`, `posted`, `rejected`, `recount` or `reversed`.
    """

    kind: ClassVar[str] = "pos.count_corrected.v1"
    is_ordered: ClassVar[bool] = True

    adjustment_number: str
    site: str
    outcome: str
    lines: tuple[CorrectedLine, ...]
    reason: str = ""

    def get_subject(self) -> str:
        """Return the number of the adjustment."""
        return self.adjustment_number


@dataclass(frozen=True, kw_only=True, slots=True)
class CorrectionProposed(Message):
    """
    The hub proposes a correction of what a count found (差异更正建议).

    The site posts it within its limits, and asks the hub to approve it above them. `quantity`
    is signed as the difference: below zero is a loss.
    """

    kind: ClassVar[str] = "recon.correction_proposed.v1"

    case_number: str
    site: str
    sku: str
    quantity: int
    quantity_counted: int
    quantity_book: int
    counted_at: str
    place: str = ""
    status: str = "available"
    cause: str = ""
    count_number: str = ""
    proposed_by: str = ""
    note: str = ""

    def get_subject(self) -> str:
        """Return the number of the case."""
        return self.case_number
