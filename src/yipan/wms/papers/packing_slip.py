"""The packing slip (装箱单) that lies in a parcel, or the list of parcels on a pallet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Cell,
    Code,
    Column,
    Fact,
    Pair,
    Sheet,
    name_of,
    render_sheet,
    write_quantity,
)
from yipan.masterdata.rows import SiteRow
from yipan.wms.queries.parcels import ParcelDetail


def print_packing_slip(parcel: ParcelDetail, *, site: SiteRow, language: str) -> bytes:
    """
    Return what is in a parcel as PDF.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    head = parcel.head
    columns, rows = _list_parcels(parcel) if head.is_pallet else _list_goods(parcel, language)
    total = len(parcel.parcels) if head.is_pallet else sum(it.quantity for it in parcel.lines)
    return render_sheet(
        Sheet(
            title=_("Pallet list") if head.is_pallet else _("Packing slip"),
            number=head.number,
            stamp=_("Unpacked") if head.state == "canceled" else "",
            facts=(
                Fact(label=_("From"), value=name_of(site, language=language), sub=site.code),
                Fact(label=_("Ship to"), value=head.ship_to or "–", sub=head.order),
                Fact(label=_("Carrier"), value=head.carrier or "–", sub=head.tracking),
                Fact(label="SSCC", value=head.sscc),
                Fact(label=_("Weight (g)"), value=write_quantity(head.weight_grams)),
            ),
            columns=columns,
            rows=rows,
            totals=(
                Fact(
                    label=_("Parcels") if head.is_pallet else _("Quantity"),
                    value=write_quantity(total),
                ),
            ),
            signatures=(_("Packed by"), _("Received by")),
        ),
        language=language,
    )


def _list_goods(
    parcel: ParcelDetail, language: str
) -> tuple[tuple[Column, ...], list[tuple[Cell, ...]]]:
    columns = (
        Column(label="#", is_number=True),
        Column(label=_("Product"), share=1),
        Column(label=_("Lot")),
        Column(label=_("Quantity"), is_number=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            str(place),
            Pair(text=name_of(line.sku, language=language), sub=line.sku.code),
            ", ".join(line.lots) or "–",
            write_quantity(line.quantity),
        )
        for place, line in enumerate(parcel.lines, start=1)
    ]
    return columns, rows


def _list_parcels(parcel: ParcelDetail) -> tuple[tuple[Column, ...], list[tuple[Cell, ...]]]:
    columns = (
        Column(label=_("Parcel")),
        Column(label="SSCC"),
        Column(label=_("Ship to"), share=1),
        Column(label=_("Order")),
    )
    rows: list[tuple[Cell, ...]] = [
        (row.number, Code(text=row.sscc), row.ship_to or "–", row.order) for row in parcel.parcels
    ]
    return columns, rows
