"""The list of a count sheet as a table to fill in: its columns are those an upload reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from yipan.documents.exports import Cell
from yipan.documents.printing import name_of
from yipan.stocktake.queries.files import WRITTEN
from yipan.stocktake.queries.papers import Paper


def write_head(*, is_blind: bool, language: str) -> tuple[str, ...]:
    """Return the first row in a language; the book only where counting is not blind."""
    head = WRITTEN[language]
    return head[:-1] if is_blind else head


def list_rows(
    papers: Sequence[Paper],
    *,
    write_place: Callable[[str, str], str],
    is_blind: bool,
    language: str,
) -> list[list[Cell]]:
    """Return the lines of papers, their quantities empty, in the order one walks."""
    return [
        [
            write_place(line.place, line.shelf),
            line.sku.code if line.sku else "",
            name_of(line.sku, language=language) if line.sku else "",
            line.lot,
            line.status if line.sku else "",
            None,
            None,
            line.assignee,
            *([] if is_blind else [line.quantity_book]),
        ]
        for paper in papers
        for line in paper.lines
    ]
