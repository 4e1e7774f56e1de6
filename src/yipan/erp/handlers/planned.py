"""What the ERP does when planning tells what was approved."""

from __future__ import annotations

from django.utils import timezone

from yipan.erp.documents import planned
from yipan.exchange.subscriptions import Heard
from yipan.messages.planning import PurchaseApproved, TransferApproved


def buy_planned(message: PurchaseApproved, heard: Heard) -> None:  # noqa: ARG001  told by planning alone
    """Write the purchase order of approved proposals."""
    planned.buy(message=message, at=timezone.now())


def move_planned(message: TransferApproved, heard: Heard) -> None:  # noqa: ARG001  told by planning alone
    """Release the transfer of approved proposals."""
    planned.move(message=message, at=timezone.now())
