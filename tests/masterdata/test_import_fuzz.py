"""Goal: no file, however broken, makes the import stumble: each ends as kept or refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.masterdata.test_import_files import GOOD, a_workbook, errors, run
from yipan.masterdata import cells, kinds
from yipan.masterdata.cells import CellWrong

NASTY = st.sampled_from(
    ["", "T1", "1e3", "1.000,00", "１２", "\x00", "=1+1", '"', "'", "\r\n", "是", "6.9E+12",
     "-1", "NaN", "inf", "9" * 40, "\ud83d\ude00", "\u202e", "a,b", "\t", "x" * 5000, "1*2*3", ":"]
)  # fmt: skip
TEXT = st.one_of(NASTY, st.text(max_size=20))
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "latin-1", "shift_jis"])
HEADERS = st.lists(
    st.sampled_from(["code", "name", "条码", "price", "unit", "code", "", "junk", "currency"]),
    min_size=1,
    max_size=6,
)
FAST = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@pytest.mark.django_db
@FAST
@given(header=HEADERS, rows=st.lists(st.lists(TEXT, max_size=7), max_size=8), codec=CODECS)
def test_any_table_ends_with_an_answer(
    header: list[str], rows: list[list[str]], codec: str
) -> None:
    text = "\n".join(",".join(row) for row in [["code", "name", *header], *rows])

    job = run(text.encode(codec, errors="replace"))

    assert job.state in {"succeeded", "refused"}
    assert (job.code != "") == (job.state == "refused")
    assert all(code.count(".") == 1 for _, code in errors(job))


@pytest.mark.django_db
@FAST
@given(st.binary(max_size=400))
def test_any_bytes_end_with_an_answer(content: bytes) -> None:
    assert run(content).state in {"succeeded", "refused"}


@pytest.mark.django_db
@FAST
@given(at=st.integers(0, 5_000), bytes_cut=st.integers(0, 300), flipped=st.integers(1, 255))
def test_a_damaged_workbook_ends_with_an_answer(at: int, bytes_cut: int, flipped: int) -> None:
    content = bytearray(a_workbook([line.split(",") for line in GOOD.splitlines()]))
    content[at % len(content)] ^= flipped
    del content[len(content) - bytes_cut :]

    assert run(bytes(content)).state in {"succeeded", "refused"}


@FAST
@given(
    st.one_of(
        TEXT, st.floats(), st.integers(), st.booleans(), st.none(), st.just(datetime.now(UTC))
    )
)
def test_any_cell_is_read_or_says_why_not(cell: cells.Cell) -> None:
    for kind in kinds.KINDS.values():
        for column in kind.columns:
            with suppress(CellWrong):
                column.read(cell)
