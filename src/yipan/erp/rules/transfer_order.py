"""Rules of the transfer order (调拨单): what is posted, what is missing, how far it has come.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit. All
answers follow from the set of shipments and receipts that were heard, and never from the order
they were heard in: messages may come late, doubled or the wrong way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from yipan.foundation.status import StockStatus
from yipan.ledger.moves import Move
from yipan.pool.rules import get_account

#: Codes of what a person should know about a shipment or a receipt that was booked all the same.
TRANSFER_UNKNOWN = "transfer.unknown"
TRANSFER_NOT_RELEASED = "transfer.not_released"
TRANSFER_OTHER_SITE = "transfer.other_site"
TRANSFER_SKU_NOT_ORDERED = "transfer.sku_not_ordered"
TRANSFER_MORE_THAN_ORDERED = "transfer.more_than_ordered"
TRANSFER_RECEIVER_UNKNOWN = "transfer.receiver_unknown"

#: Where goods come from that nobody shipped.
EXCESS_ACCOUNT = "transfer_difference"

#: Outcome of a difference to the outside account the goods go to.
OUTCOME_ACCOUNTS: Mapping[str, str] = {
    "claim_carrier": "carrier_claim",
    "claim_sender": "sender_claim",
    "found": "transfer_found",
    "write_off": "transfer_loss",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class SentLine:
    """What left of one SKU, and out of which status."""

    sku: str
    quantity: int
    status: StockStatus = StockStatus.AVAILABLE
    line: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class CameLine:
    """What came of one SKU, by the condition it came in."""

    sku: str
    quantity_sound: int
    quantity_damaged: int = 0
    quantity_blocked: int = 0
    line: int = 0
    quantity_quarantine: int = 0

    @property
    def quantity(self) -> int:
        """Return all that came, in whatever condition."""
        waiting = self.quantity_blocked + self.quantity_quarantine
        return self.quantity_sound + self.quantity_damaged + waiting


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """A shipment that was not reversed: the `place`-th of its order."""

    place: int
    at: datetime
    is_last: bool
    quantities: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """A receipt. `place` is the shipment it names, 0 when it names none."""

    place: int
    at: datetime
    is_last: bool
    quantities: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """All that was heard of a transfer. `ordered` has no SKU nobody ordered."""

    ordered: Mapping[str, int]
    sent: Sequence[Sent] = ()
    came: Sequence[Came] = ()
    is_shipping_closed: bool = False
    settled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """
    What follows from all that was heard.

    `missing` is by SKU what should have come by now, did not, and was not settled. `excess` is
    what came beyond what was shipped and settled; it is known only at the end.
    """

    state: str
    is_sender_done: bool
    missing: Mapping[str, int]
    excess: Mapping[str, int]


def judge(known: Known) -> Verdict:
    """Return what follows from all that was heard of a transfer."""
    finished = _find_finished(known)
    is_sender_done = _is_sender_done(known)
    is_over = is_sender_done and all(each.place in finished for each in known.sent)
    gaps = _get_gaps(known, finished=finished, is_over=is_over)
    missing = {sku: gap for sku, gap in gaps.items() if gap > 0}
    excess = {sku: -gap for sku, gap in gaps.items() if gap < 0 and is_over}
    has_gap = bool(missing)
    is_settled = bool(excess) or any(known.settled.values())
    return Verdict(
        state=_get_state(
            known,
            is_sender_done=is_sender_done,
            is_over=is_over and not has_gap,
            settled=is_settled,
        ),
        is_sender_done=is_sender_done,
        missing=missing,
        excess=excess,
    )


def _find_finished(known: Known) -> frozenset[int]:
    """Return the shipments of which the receiver waits for nothing more."""
    named = {each.place for each in known.came if each.is_last and each.place}
    blind = [each.at for each in known.came if each.is_last and not each.place]
    latest = max(blind, default=None)
    return frozenset(
        each.place
        for each in known.sent
        if each.place in named or (latest is not None and each.at <= latest)
    )


def _is_sender_done(known: Known) -> bool:
    if known.is_shipping_closed or any(each.is_last for each in known.sent):
        return True
    shipped = _add(each.quantities for each in known.sent)
    return bool(known.ordered) and all(
        shipped[sku] >= quantity for sku, quantity in known.ordered.items()
    )


def _get_gaps(known: Known, *, finished: frozenset[int], is_over: bool) -> dict[str, int]:
    """
    Return, by SKU, what the finished shipments carried less what came and what was settled.

    Goods that came under no known shipment fill what is missing, and no more than that while
    another shipment may still be heard of.
    """
    places = {each.place for each in known.sent}
    shipped = _add(each.quantities for each in known.sent if each.place in finished)
    came = _add(each.quantities for each in known.came if each.place in finished)
    loose = _add(each.quantities for each in known.came if each.place not in places)
    gaps = {}
    for sku in sorted(shipped.keys() | came.keys() | loose.keys() | known.settled.keys()):
        gap = shipped[sku] - came[sku]
        gap -= loose[sku] if is_over else min(max(gap, 0), loose[sku])
        gaps[sku] = gap - known.settled.get(sku, 0)
    return gaps


def _get_state(known: Known, *, is_sender_done: bool, is_over: bool, settled: bool) -> str:
    shipped = sum(_add(each.quantities for each in known.sent).values())
    came = sum(_add(each.quantities for each in known.came).values())
    if not shipped and not came:
        return "closed" if is_sender_done else "released"
    if is_over:
        return "closed" if settled else "received"
    if came:
        return "partly_received"
    return "shipped" if is_sender_done else "partly_shipped"


def _add(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total


def get_transit_account(transfer: str) -> str:
    """Return the account of what a transfer has in transit."""
    assert "/" not in transfer, "a transfer is one segment of the account"
    return f"in_transit/{transfer}/{StockStatus.AVAILABLE}"


def get_inbound_number(*, transfer: str, place: int) -> str:
    """Return the number under which the receiver expects the `place`-th shipment."""
    return f"{transfer}-{place}"


def find_place(*, transfer: str, inbound_number: str) -> int:
    """Return which shipment an inbound number names, 0 when it names none of the transfer."""
    head, _, tail = inbound_number.rpartition("-")
    return int(tail) if head == transfer and tail.isdecimal() and len(tail) < 9 else 0


def post_transfer_shipment(*, site: str, transfer: str, lines: Iterable[SentLine]) -> list[Move]:
    """Take goods from the sender into what the transfer has in transit (调出)."""
    return [
        Move(
            sku=line.sku,
            from_account=get_account(site=site, status=line.status),
            to_account=get_transit_account(transfer),
            quantity=line.quantity,
        )
        for line in lines
        if line.quantity > 0
    ]


def post_transfer_receipt(*, site: str, transfer: str, lines: Iterable[CameLine]) -> list[Move]:
    """Take goods out of transit to the receiver (调入), in the condition they came in."""
    moves = []
    for line in lines:
        for status, quantity in (
            (StockStatus.AVAILABLE, line.quantity_sound),
            (StockStatus.DAMAGED, line.quantity_damaged),
            (StockStatus.BLOCKED, line.quantity_blocked),
            (StockStatus.QUARANTINE, line.quantity_quarantine),
        ):
            assert quantity >= 0
            if quantity > 0:
                moves.append(
                    Move(
                        sku=line.sku,
                        from_account=get_transit_account(transfer),
                        to_account=get_account(site=site, status=status),
                        quantity=quantity,
                    )
                )
    return moves


def post_transfer_excess(*, transfer: str, changes: Mapping[str, int]) -> list[Move]:
    """
    Bring into transit what came though nobody shipped it, or take it back out.

    A change below zero takes back: the shipment was heard of after all.
    """
    transit = get_transit_account(transfer)
    return [
        Move(
            sku=sku,
            from_account=EXCESS_ACCOUNT if change > 0 else transit,
            to_account=transit if change > 0 else EXCESS_ACCOUNT,
            quantity=abs(change),
        )
        for sku, change in sorted(changes.items())
        if change
    ]


def post_transfer_settlement(
    *, transfer: str, outcome: str, quantities: Mapping[str, int]
) -> list[Move]:
    """Take out of transit what did not come: to whoever answers for it."""
    return [
        Move(
            sku=sku,
            from_account=get_transit_account(transfer),
            to_account=OUTCOME_ACCOUNTS[outcome],
            quantity=quantity,
        )
        for sku, quantity in sorted(quantities.items())
        if quantity > 0
    ]
