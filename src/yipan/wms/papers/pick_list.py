"""The pick list (拣货单) of an order or a wave, for when the network is down."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
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
from yipan.wms.queries.outbound_orders import PickRow


def print_pick_list(
    *, number: str, site: SiteRow, picks: Sequence[PickRow], language: str
) -> bytes:
    """
    Return what is to pick as PDF, in the order one walks: bins as barcodes, a box to write in.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    todo = [row for row in picks if row.state == "open"]
    orders = {row.order for row in todo}
    return render_sheet(
        Sheet(
            title=_("Pick list"),
            number=number,
            facts=(
                Fact(label=_("Warehouse"), value=name_of(site, language=language), sub=site.code),
                Fact(label=_("Orders"), value=write_quantity(len(orders))),
                Fact(label=_("Bins to walk to"), value=write_quantity(len(todo))),
            ),
            columns=(
                Column(label=_("Bin")),
                Column(label=_("Product"), share=1),
                Column(label=_("Lot")),
                Column(label=_("Order")),
                Column(label=_("Quantity"), is_number=True),
                Column(label=_("Found"), is_number=True),
            ),
            rows=[
                (
                    Code(text=row.bin_code),
                    Pair(text=name_of(row.sku, language=language), sub=row.sku.code),
                    row.lot or "–",
                    row.order,
                    write_quantity(row.quantity),
                    None,
                )
                for row in todo
            ],
            totals=(
                Fact(
                    label=_("Quantity"),
                    value=write_quantity(sum(row.quantity for row in todo)),
                ),
            ),
            signatures=(_("Picked by"), _("Date")),
        ),
        language=language,
    )
