"""
How much a document line offers to each cause: what a mistake of its kind has to work with.

A number typed by hand at the dock can be typed wrongly, a delivery accepted as announced can be
short; a carton read by a scanner hardly. The figures are relative, one for the line most at risk,
and say what speaks for or against a mistake *before* it is asked by how many pieces.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from yipan.recon.rules.values import Cause, Line

RECEIPTS = frozenset({"goods_receipt", "transfer_receipt"})
PICKS = frozenset({"transfer_shipment", "pick", "shipment"})
RETURNS_AND_SALES = frozenset({"sales_issue", "customer_return"})

#: A mistake in a number, by how the number came in; nobody noted it down: in between.
TYPED = {"key": 1.0, "": 0.4, "scan": 0.05, "bulk": 0.03, "import": 0.02, "api": 0.01}
#: Cases are taken for pieces wherever somebody counts, typing or scanning.
COUNTED = {"key": 1.0, "": 0.6, "scan": 0.6, "bulk": 0.1, "import": 0.05, "api": 0.02}
#: What was announced is believed where it is accepted in bulk.
BELIEVED = {"bulk": 1.0, "": 0.3, "scan": 0.06, "key": 0.06}
#: A wrong number is off what was expected, a right one seldom is.
AS_EXPECTED = 0.02
EXPECTED_UNNOTED = 0.15
#: A parcel weighed or a paper checked by somebody else says that all was there.
VERIFIED = 0.07
#: At a register a number is money: two people look at it.
AT_REGISTER = {"key": 0.006, "": 0.002}
AT_REGISTER_SCANNED = 0.0003
#: What is sold is held in the hand: a case is not taken for a piece.
CASES_AT_REGISTER = 0.25
#: Out of a warehouse; and anything else that is written by hand.
AT_PICK = 0.1
ELSEWHERE = 0.05

#: Of mistakes that have no number of their own so many are about a few pieces.
A_FEW = 0.6
A_PIECE_MORE = 0.7

#: What the lines of a key usually offer, for keys of which only the count is known.
TYPICAL = {
    Cause.MISKEY: 0.03,
    Cause.UNIT_MIXUP: 0.05,
    Cause.SHORT_RECEIPT: 0.08,
    Cause.OVER_RECEIPT: 0.08,
    Cause.SKU_MIXUP: 0.7,
    Cause.WRONG_SITE: 0.3,
    Cause.SHORT_SHIPMENT: 0.2,
    Cause.OVER_SHIPMENT: 0.2,
    Cause.WRONG_DIRECTION: 0.04,
    Cause.REFUND_WITHOUT_GOODS: 0.03,
}


def spread_size(pieces: int, *, most: int) -> float:
    """Return how likely a mistake is about so many pieces of a line: often a few, or any number."""
    few = (1 - A_PIECE_MORE) * A_PIECE_MORE ** (pieces - 1)
    return A_FEW * few + (1 - A_FEW) / ((1 + pieces) * math.log(2 + most))


def list_exposures(line: Line) -> Iterator[tuple[Cause, float]]:
    """Yield what a line offers to each cause that one of many lines may have."""
    yield Cause.MISKEY, expose_to_miskey(line)
    yield Cause.UNIT_MIXUP, expose_to_unit_mixup(line)
    yield Cause.SKU_MIXUP, expose_to_sku_mixup(line)
    if line.kind in RECEIPTS and line.quantity > 0:
        believed = expose_to_short_receipt(line)
        yield Cause.SHORT_RECEIPT, believed
        yield Cause.OVER_RECEIPT, expose_to_over_receipt(line)
        yield Cause.WRONG_SITE, expose_to_wrong_site(line)
        if line.kind == "transfer_receipt":
            packed = expose_to_wrong_shipment(line)
            yield Cause.SHORT_SHIPMENT, packed
            yield Cause.OVER_SHIPMENT, packed
    elif line.kind in RETURNS_AND_SALES:
        yield Cause.WRONG_DIRECTION, expose_to_wrong_direction(line)
        yield Cause.REFUND_WITHOUT_GOODS, expose_to_refund(line)


def weigh_place(line: Line) -> float:
    """Return how easily a number goes wrong where a line is written."""
    if line.kind in RECEIPTS and line.quantity > 0:
        return 1.0
    return AT_PICK if line.kind in PICKS else ELSEWHERE


def expose_to_miskey(line: Line) -> float:
    """Return how much a line offers to a number typed wrongly."""
    if line.kind in RETURNS_AND_SALES:
        return AT_REGISTER.get(line.mode, AT_REGISTER_SCANNED)
    return weigh_place(line) * TYPED.get(line.mode, 0.05) * _weigh_expected(line, AS_EXPECTED)


def expose_to_unit_mixup(line: Line) -> float:
    """Return how much a line offers to cases taken for pieces, or pieces for cases."""
    if line.kind in RETURNS_AND_SALES:
        return CASES_AT_REGISTER * AT_REGISTER.get(line.mode, AT_REGISTER_SCANNED)
    factor = weigh_place(line) * COUNTED.get(line.mode, 0.05) * _weigh_expected(line, 0.05)
    return factor * (0.3 if line.kind == "transfer_receipt" else 1.0)


def expose_to_sku_mixup(line: Line) -> float:
    """Return how much a line offers to goods taken for others."""
    if line.kind == "sales_issue":
        return 0.01 if line.uses_multiplier else 0.0005
    if line.kind in RECEIPTS and line.quantity > 0:
        return 1.0 if line.kind == "goods_receipt" else 0.3
    return AT_PICK if line.kind in PICKS else 0.0


def expose_to_short_receipt(line: Line) -> float:
    """Return how much a receipt offers to less, or more, than it says having come."""
    factor = BELIEVED.get(line.mode, 0.06)
    if line.counterpart_verified:
        factor *= VERIFIED
    return factor * (0.5 if line.kind == "transfer_receipt" else 1.0)


def expose_to_over_receipt(line: Line) -> float:
    """Return how much a receipt offers to more than it says having come."""
    # What another site sent too much of is missing there: that is its shipment, not this receipt.
    return expose_to_short_receipt(line) * (0.2 if line.kind == "transfer_receipt" else 1.0)


def expose_to_wrong_site(line: Line) -> float:
    """Return how much a receipt offers to the goods standing at another site."""
    if line.kind != "transfer_receipt":
        return 0.03
    return 0.6 if line.mode == "scan" else 1.0


def expose_to_wrong_shipment(line: Line) -> float:
    """Return how much a receipt offers to the sender having packed another number."""
    factor = 0.5 if line.mode in {"scan", "key"} else 1.0
    return factor * (VERIFIED if line.counterpart_verified else 1.0)


def expose_to_wrong_direction(line: Line) -> float:
    """Return how much a ticket line offers to a return keyed for a sale, or a sale for one."""
    if line.kind == "sales_issue":
        return {"key": 0.03, "": 0.005}.get(line.mode, 0.0005)
    typed = {"key": 1.0, "": 0.4}.get(line.mode, 0.05)
    return typed * (0.05 if line.counterpart else 1.0)


def expose_to_refund(line: Line) -> float:
    """Return how much a return offers to money paid for goods that never came."""
    if line.kind != "customer_return":
        return 0.0
    if not line.counterpart:
        return 1.0
    return 0.03 if line.counterpart_verified else 0.2


def _weigh_expected(line: Line, as_expected: float) -> float:
    # What the other side says it sent counts for more than what was once ordered.
    told = line.quantity_expected
    if line.counterpart_quantity is not None:
        told = line.counterpart_quantity
    if told is None:
        return EXPECTED_UNNOTED
    return as_expected if abs(line.quantity) == told else 1.0
