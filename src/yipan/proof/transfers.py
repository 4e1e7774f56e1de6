"""Prove that nothing is lost between sites: what was shipped is somewhere, per transfer and SKU."""

from __future__ import annotations

from dataclasses import dataclass

from yipan.erp.queries.transfer_totals import TransferTotal, list_transfer_totals
from yipan.foundation.findings import Finding
from yipan.ledger.queries import BALANCES_MAX, list_balances

CHECK = "proof.transfers_conserve_goods"
HUB_BOOK = "erp"
PREFIX = "in_transit/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """Where a transfer and the book differ. Quantities are in the SKU's smallest unit."""

    transfer: str
    sku: str
    total: TransferTotal
    quantity_book: int

    def __str__(self) -> str:
        it = self.total
        return (
            f"transfer {self.transfer}, SKU {self.sku}: {it.shipped} shipped and {it.excess} more "
            f"came, {it.received} received, {it.settled} settled, so {it.in_transit} should be in "
            f"transit, and the book says {self.quantity_book}"
        )


def prove_transfers() -> Finding:
    """
    Hold what the documents of each transfer say against what its account in transit holds.

    shipped + excess = received (damaged and blocked included) + settled + in transit.
    """
    wanted = list_transfer_totals()
    booked = _read_book({sku for _, sku in wanted})
    breaks = [
        Break(
            transfer=transfer,
            sku=sku,
            total=wanted.get((transfer, sku), TransferTotal()),
            quantity_book=booked.get((transfer, sku), 0),
        )
        for transfer, sku in sorted(wanted.keys() | booked.keys())
    ]
    wrong = [it for it in breaks if it.total.in_transit != it.quantity_book]
    return Finding(
        check=CHECK,
        ok=not wrong,
        detail=str(wrong[0]) if wrong else f"{len(breaks)} positions compared",
        count=len(wrong),
        examined=len(breaks),
    )


def _read_book(skus: set[str]) -> dict[tuple[str, str], int]:
    """Return what the book has in transit; SKU by SKU where one answer does not hold it all."""
    rows = list_balances(book=HUB_BOOK, prefix=PREFIX)
    if len(rows) == BALANCES_MAX:
        rows = [
            row
            for sku in sorted(skus | {row.sku for row in rows})
            for row in list_balances(book=HUB_BOOK, sku=sku, prefix=PREFIX)
        ]
    return {(row.account.split("/")[1], row.sku): row.quantity for row in rows}
