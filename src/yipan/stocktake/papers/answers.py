"""Count sheets as answers to requests: on paper, and as a table that is filled in and sent back."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from yipan.documents.exports import answer_file
from yipan.documents.printing import answer_paper, choose_language
from yipan.stocktake.documents.desk import Desk
from yipan.stocktake.documents.refusals import NothingToCount
from yipan.stocktake.papers import count_file
from yipan.stocktake.papers.count_sheet import print_count_sheets
from yipan.stocktake.queries.papers import LISTED_MAX, PRINTED_MAX, Paper, list_papers
from yipan.stocktake.queries.stocktakes import StocktakeRow


def answer_sheets(
    request: HttpRequest, desk: Desk, stocktake: StocktakeRow, *, sheet: str = ""
) -> HttpResponse:
    """
    Answer what is still to be counted as PDF, in `?language=` or the reader's.

    :raises NothingToCount: if nothing is.
    :raises NotFound: if `sheet` names one that is not to be counted.
    :raises TooManyLines: if it is more than fits: ask sheet by sheet.
    """
    papers = _list(desk, stocktake, sheet=sheet, lines_max=PRINTED_MAX)
    content = print_count_sheets(stocktake, papers, desk=desk, language=choose_language(request))
    return answer_paper(content, name=f"count-sheet-{sheet or stocktake.number}")


def answer_file_to_fill(
    request: HttpRequest, desk: Desk, stocktake: StocktakeRow, *, file_format: str, sheet: str = ""
) -> HttpResponse:
    """
    Answer what is still to be counted as a table, `csv` or `xlsx`, its quantities empty.

    :raises NothingToCount: if nothing is.
    :raises NotFound: if `sheet` names one that is not to be counted.
    :raises TooManyLines: if it is more than fits: ask sheet by sheet.
    """
    papers = _list(desk, stocktake, sheet=sheet, lines_max=LISTED_MAX)
    language = choose_language(request)
    return answer_file(
        name=f"count-{sheet or stocktake.number}",
        file_format=file_format,
        head=count_file.write_head(is_blind=stocktake.is_blind, language=language),
        rows=count_file.list_rows(
            papers,
            write_place=desk.write_place,
            is_blind=stocktake.is_blind,
            language=language,
        ),
    )


def _list(desk: Desk, stocktake: StocktakeRow, *, sheet: str, lines_max: int) -> Sequence[Paper]:
    papers = list_papers(
        stocktake.number,
        book=desk.system.get_book(stocktake.site.code),
        walk=desk.walk,
        sheet=sheet,
        lines_max=lines_max,
    )
    if not papers:
        raise NothingToCount(number=stocktake.number)
    return papers
