"""Count sheets (盘点表) on paper, for when there is no handheld: what is where, and a box."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from yipan.documents.printing import (
    Cell,
    Code,
    Column,
    Fact,
    Pair,
    Sheet,
    name_of,
    render_sheets,
    write_day,
    write_quantity,
)
from yipan.masterdata.rows import SkuRow
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.queries.papers import Paper, PaperLine
from yipan.stocktake.queries.stocktakes import StocktakeRow

#: Lines below the printed ones, for goods that nobody expected.
LINES_LEFT_FREE: Final = 8
STATUSES: Final[dict[str, str | Promise]] = {
    "available": _("Sound"),
    "damaged": _("Damaged"),
    "blocked": _("Blocked"),
    "quarantine": _("Quarantine"),
}
KINDS: Final[dict[str, str | Promise]] = {
    "wms": _("Warehouse"),
    "pos": _("Store"),
}


def print_count_sheets(
    stocktake: StocktakeRow, papers: Sequence[Paper], *, desk: Desk, language: str
) -> bytes:
    """
    Return count sheets as PDF, one for each person, team and round, in the order one walks.

    Places and products are barcodes, so that keying back in is by scan. What the book says
    stands on them only where the plan is not to count blind.

    :raises PrinterMissing: if this server has no printing.
    :raises FontMissing: if it has no font with Chinese.
    """
    return render_sheets(
        [_make_sheet(stocktake, paper, desk=desk, language=language) for paper in papers],
        language=language,
    )


def _make_sheet(stocktake: StocktakeRow, paper: Paper, *, desk: Desk, language: str) -> Sheet:
    is_blind = stocktake.is_blind
    places = {(line.place, line.shelf) for line in paper.lines}
    return Sheet(
        title=_("Count sheet"),
        number=paper.sheets[0] if len(paper.sheets) == 1 else stocktake.number,
        stamp=_("Count again") if paper.round > 1 else "",
        facts=(
            Fact(
                label=KINDS[desk.names],
                value=name_of(stocktake.site, language=language),
                sub=stocktake.site.code,
            ),
            Fact(label=_("Person counting"), value=paper.assignee or "–", sub=_write_team(paper)),
            Fact(label=_("Due"), value=write_day(stocktake.due_on, language=language)),
            Fact(label=_("Stocktake"), value=stocktake.number),
            Fact(label=_("Places to count"), value=write_quantity(len(places))),
            Fact(
                label=_("Way of counting"),
                value=_("counted blind") if is_blind else _("not blind"),
            ),
        ),
        columns=(
            Column(label=_("Place")),
            Column(label=_("Product"), share=1),
            Column(label=_("Barcode")),
            Column(label=_("Lot")),
            Column(label=_("Status")),
            *(() if is_blind else (Column(label=_("Book"), is_number=True),)),
            Column(label=_("Quantity counted"), is_number=True),
            Column(label=_("Time"), is_number=True),
        ),
        rows=[
            *(
                _make_row(line, write=desk.write_place, is_blind=is_blind, language=language)
                for line in paper.lines
            ),
            *[_make_free_row(is_blind=is_blind)] * LINES_LEFT_FREE,
        ],
        notes=_list_notes(paper),
        signatures=(_("Person counting"), _("Date and time"), _("Keyed in by")),
        is_landscape=True,
    )


def _write_team(paper: Paper) -> str | Promise:
    return _("Team B") if paper.team > 1 else ""


def _make_row(
    line: PaperLine, *, write: Callable[[str, str], str], is_blind: bool, language: str
) -> tuple[Cell, ...]:
    place = Code(text=write(line.place, line.shelf))
    if line.sku is None:
        return (place, *_make_free_row(is_blind=is_blind)[1:])
    book = () if is_blind else (write_quantity(line.quantity_book),)
    return (
        place,
        Pair(text=name_of(line.sku, language=language), sub=line.sku.code),
        Code(text=_get_barcode(line.sku)),
        line.lot or "–",
        STATUSES.get(line.status, line.status),
        *book,
        None,
        None,
    )


def _make_free_row(*, is_blind: bool) -> tuple[Cell, ...]:
    return ("", "", "", "", "", *(() if is_blind else ("",)), None, None)


def _get_barcode(sku: SkuRow) -> str:
    """Return the barcode of one piece, as it stands on the goods; else the code of the SKU."""
    return next((row.code for row in sku.barcodes if row.pack_size == 1), sku.code)


def _list_notes(paper: Paper) -> tuple[str | Promise, ...]:
    notes: list[str | Promise] = [
        _("Write 0 where none is there, and leave a line empty where nobody looked."),
        _("Goods that are not listed go into the free lines, with place and barcode."),
    ]
    if paper.not_by:
        said = _("Counted before by {names}: somebody else looks now.")
        notes.append(format_lazy(said, names=", ".join(paper.not_by)))
    return tuple(notes)
