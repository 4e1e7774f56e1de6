"""What the ERP hub answers to planning. Fields are only ever added, and with a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from yipan.messages.base import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDocumentMade(Message):
    """
    The hub made a document of approved proposals (建议单已转单据).

    `document_type` is `purchase_order` or `transfer_order`.
    """

    kind: ClassVar[str] = "erp.planned_document_made.v1"
    is_ordered: ClassVar[bool] = True

    approval_number: str
    document_type: str
    document_number: str
    proposals: tuple[str, ...]

    def get_subject(self) -> str:
        """Return the number of the approval."""
        return self.approval_number


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDocumentEnded(Message):
    """A document made of proposals came to its end: received, closed or canceled (单据已完结)."""

    kind: ClassVar[str] = "erp.planned_document_ended.v1"
    is_ordered: ClassVar[bool] = True

    document_type: str
    document_number: str
    state: str

    def get_subject(self) -> str:
        """Return the number of the document."""
        return self.document_number
