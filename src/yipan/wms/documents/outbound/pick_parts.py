"""Parting a pick (拣货拆分): what was one walk to a bin, or one picked heap, becomes two."""

from __future__ import annotations

from yipan.wms.models import Pick
from yipan.wms.rules.outbound import Share


def get_picked(pick: Pick) -> Share:
    """Return where how much of a picked heap stands."""
    return share(pick, place=pick.place, quantity=pick.quantity_picked)


def share(pick: Pick, *, place: str, quantity: int) -> Share:
    """Return so much of the goods of a pick in a place: of its lot, out of its status."""
    return Share(bin_code=place, quantity=quantity, lot=pick.lot, status=pick.status)


def part_open(pick: Pick, *, quantity: int) -> None:
    """Leave the rest of an open pick for another walk to the same bin; the caller saves it."""
    assert 0 < quantity < pick.quantity
    Pick.objects.create(
        order=pick.order,
        line=pick.line,
        status=pick.status,
        sku=pick.sku,
        lot=pick.lot,
        bin_code=pick.bin_code,
        zone=pick.zone,
        path=pick.path,
        quantity=pick.quantity - quantity,
        is_bin_scanned=True,
        bin_scanned_at=pick.bin_scanned_at,
        claimed_by=pick.claimed_by,
        claimed_at=pick.claimed_at,
        skips=pick.skips,
        quantity_expected=pick.quantity - quantity,
        was_expected_shown=True,
        counterpart_document=pick.counterpart_document,
        counterpart_line=pick.counterpart_line,
    )
    pick.quantity = quantity


def part_picked(pick: Pick, *, quantity: int) -> None:
    """
    Keep so much of a picked heap in this pick, and leave the rest in one like it.

    Both keep the evidence of the one walk; both are saved.
    """
    assert 0 < quantity < pick.quantity_picked
    same = {
        column.attname: getattr(pick, column.attname)
        for column in Pick._meta.concrete_fields
        if not column.primary_key
    }
    changed = {
        "quantity": max(0, pick.quantity - quantity),
        "quantity_picked": pick.quantity_picked - quantity,
        "is_empty_asked": False,
        "serials": pick.serials[quantity:],
    }
    Pick.objects.create(**(same | changed))
    pick.quantity_picked = pick.quantity = quantity
    pick.serials = pick.serials[:quantity]
    pick.save(update_fields=["quantity", "quantity_picked", "serials"])
