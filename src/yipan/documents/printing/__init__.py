"""Papers (单据打印): documents and labels as PDF, set by typst. This is the index of the room."""

from yipan.documents.printing.answers import PDF_ANSWER, answer_paper, choose_language
from yipan.documents.printing.codes import draw_barcode, draw_gs1, draw_qr
from yipan.documents.printing.engine import (
    FontMissing,
    PrinterMissing,
    find_barrier,
    render,
)
from yipan.documents.printing.labels import LABEL_SIZES, Label, render_labels
from yipan.documents.printing.sheets import (
    Cell,
    Code,
    Column,
    Fact,
    Pair,
    Sheet,
    render_sheet,
    render_sheets,
)
from yipan.documents.printing.writing import (
    name_of,
    write_clock,
    write_day,
    write_money,
    write_quantity,
)

__all__ = [
    "LABEL_SIZES",
    "PDF_ANSWER",
    "Cell",
    "Code",
    "Column",
    "Fact",
    "FontMissing",
    "Label",
    "Pair",
    "PrinterMissing",
    "Sheet",
    "answer_paper",
    "choose_language",
    "draw_barcode",
    "draw_gs1",
    "draw_qr",
    "find_barrier",
    "name_of",
    "render",
    "render_labels",
    "render_sheet",
    "render_sheets",
    "write_clock",
    "write_day",
    "write_money",
    "write_quantity",
]
