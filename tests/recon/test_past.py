"""Corrections of the past are loaded once, moved nothing, and are read by their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.retailer import NOON
from yipan.recon.documents import past
from yipan.recon.documents.past import Corrected, Loaded
from yipan.recon.models import PastCorrection
from yipan.simulate.baskets import FileUnfit
from yipan.simulate.corrections import read_corrections

HEAD = "Description,Quantity,InvoiceDate,UnitPrice\n"
LINES = """WHITE LANTERN,6,2010-12-01 08:26:00,3.39
damages,-20,2010-12-01 16:00:00,0.0
WHITE LANTERN,-3,2010-12-02 10:00:00,0.0
,-5,2010-12-02 10:01:00,0.0
,7,2010-12-02 10:02:00,0.0
found,2,2010-12-02 10:03:00,0.0
WHITE LANTERN,1,2010-12-02 10:04:00,0.0
?sold as sets?,-12,2010-12-03 09:00:00,0.0
"""


def write(directory: Path, text: str) -> Path:
    path = directory / "lines.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_gives_its_corrections_and_the_names_of_its_goods(tmp_path: Path) -> None:
    read = read_corrections(write(tmp_path, HEAD + LINES))

    assert read.goods == {"WHITE LANTERN"}
    assert [(line.row, line.quantity, line.text) for line in read.lines] == [
        (2, -20, "damages"),
        (3, -3, "WHITE LANTERN"),
        (4, -5, ""),
        (6, 2, "found"),
        (8, -12, "?sold as sets?"),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("Description,Quantity\nx,1\n", "no column InvoiceDate, UnitPrice"),
        (HEAD + "x,many,2010-12-01 08:26:00,0\n", "Line 1: 'many' is no number"),
        (HEAD + "x,1,yesterday,0\n", "Line 1: 'yesterday' is no time"),
    ],
)
def test_a_file_that_is_none_says_which_line(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(FileUnfit, match=fault):
        read_corrections(write(tmp_path, text))


@pytest.mark.django_db
def test_they_are_history_read_by_their_words_and_loaded_once() -> None:
    lines = [
        Corrected(row=1, occurred_at=NOON, quantity=-20, text="damages"),
        Corrected(row=2, occurred_at=NOON, quantity=-3, text="CRACKED GLAZE NECKLACE"),
        Corrected(row=3, occurred_at=NOON, quantity=-5, text=""),
        Corrected(row=4, occurred_at=NOON, quantity=-12, text="?sold as sets?"),
    ]

    first = past.load(origin="f1", lines=lines, goods=["Cracked  glaze necklace"])
    again = past.load(origin="f1", lines=lines, goods=["Cracked  glaze necklace"])

    by_cause = {"unknown": 2, "unrecorded_scrap": 1, "unit_mixup": 1}
    assert first == Loaded(new=4, known=0, by_cause=by_cause, unworded=1)
    assert (again.new, again.known) == (0, 4)
    doubted = PastCorrection.objects.get(row=4)
    assert (doubted.cause, doubted.is_doubted) == ("unit_mixup", True)
