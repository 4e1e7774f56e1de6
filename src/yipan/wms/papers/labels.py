"""Labels of a warehouse (标签): parcels and pallets with their SSCC, bins with their code."""

from __future__ import annotations

from collections.abc import Sequence

from yipan.documents.printing import Label, render_labels
from yipan.masterdata.rows import BinRow
from yipan.wms.queries.parcels import ParcelRow


def print_parcel_label(parcel: ParcelRow, *, language: str) -> bytes:
    """
    Return the logistic label of a parcel or pallet as PDF: GS1-128 with its SSCC, AI (00).

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    facts = (parcel.ship_to, parcel.order, parcel.tracking, parcel.number)
    label = Label(
        heading=parcel.ship_to or parcel.number,
        corner=parcel.carrier,
        lines=tuple(fact for fact in facts[1:] if fact),
        code=f"00{parcel.sscc}",
        code_text=f"(00) {parcel.sscc}",
        code_kind="gs1",
    )
    return render_labels([label], size="100x150", language=language)


def print_bin_labels(bins: Sequence[BinRow], *, language: str) -> bytes:
    """
    Return labels of bins as PDF, one each, with the barcode that is scanned there.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    return render_labels(make_bin_labels(bins), size="60x40", language=language)


def make_bin_labels(bins: Sequence[BinRow]) -> list[Label]:
    """Return a label of each bin: its code, its zone, and the barcode that is scanned there."""
    return [Label(heading=row.code, code=row.code, corner=row.zone) for row in bins]
