"""Goal: whatever file people or programs bring, each row is kept or says why it is not.

Method: whole files go through the same run a worker does; what is kept is collected by the
records' own writers.
"""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
import xlsxwriter

from tests.masterdata.builders import NOON, a_site, a_sku, scan
from yipan.erp.documents.master import supplier_price
from yipan.erp.documents.master.master_record import Author
from yipan.masterdata import exports, import_run, jobs, kinds, queries, records
from yipan.masterdata.jobs import JobRow, Upload
from yipan.masterdata.rows import BarcodeRow, SkuRow, SupplierRow

pytestmark = pytest.mark.django_db


def keep(kind: str, rows: Any) -> None:
    if kind == "skus":
        records.save_skus(rows, at=NOON)
    elif kind == "supplier-prices":
        supplier_price.save_prices(rows, by=Author(name="li", at=NOON))
    else:
        getattr(records, f"save_{kind}")(rows)


def run(content: bytes, kind: str = "skus", **options: Any) -> JobRow:
    upload = Upload(kind=kind, file_name="goods.csv", content=content, **options)
    jobs.add_job(upload, by="li", at=NOON)
    taken = jobs.take_job(at=NOON)
    assert taken is not None
    return import_run.run_import(*taken, keep=keep, clock=lambda: NOON)


def real(content: bytes, kind: str = "skus", **options: Any) -> JobRow:
    return run(content, kind, is_dry_run=False, **options)


def errors(job: JobRow) -> list[tuple[str, str]]:
    return [(one["pointer"], one["code"]) for row in job.sample for one in row["errors"]]


GOOD = "code,name,price,barcodes\nTEA-250,Longjing,68.00,6901; 16901*24\nMUG,Mug,,\n"


def test_a_dry_run_says_what_would_happen_and_changes_nothing() -> None:
    job = run(GOOD.encode())

    assert (job.state, job.counts) == (
        "succeeded",
        {"new": 2, "changed": 0, "unchanged": 0, "wrong": 0},
    )
    assert (job.done, job.percent) == (2, 100)
    assert queries.list_skus() == []


def test_an_import_keeps_all_rows_and_a_second_one_changes_nothing() -> None:
    first = real(GOOD.encode())
    second = real(GOOD.encode())

    assert first.counts["new"] == 2
    assert second.counts == {"new": 0, "changed": 0, "unchanged": 2, "wrong": 0}
    tea = queries.get_sku("TEA-250")
    assert (tea.price_minor, tea.version) == (6_800, 1)
    assert tea.barcodes == (
        BarcodeRow(code="6901"),
        BarcodeRow(code="16901", pack_size=24, unit="case"),
    )


def test_changed_rows_say_what_changes() -> None:
    real(GOOD.encode())

    job = real(GOOD.replace("68.00", "70").encode())

    assert job.counts == {"new": 0, "changed": 1, "unchanged": 1, "wrong": 0}
    assert job.sample[0]["changes"] == [["price", "68.00", "70.00"]]
    assert queries.get_sku("TEA-250").version == 2


def test_an_empty_cell_leaves_what_stands() -> None:
    real(GOOD.encode())

    real(b"code,name,price\nTEA-250,Renamed,\n")

    assert queries.get_sku("TEA-250").price_minor == 6_800
    assert queries.get_sku("TEA-250").name == "Renamed"


def test_one_wrong_row_keeps_the_whole_file_out() -> None:
    job = real((GOOD + "BAD,,1\n").encode())

    assert (job.state, job.code) == ("refused", "import.rows_wrong")
    assert errors(job) == [("/rows/4/name", "cell.missing")]
    assert queries.list_skus() == []


def test_the_good_rows_are_kept_when_somebody_chose_so() -> None:
    job = real((GOOD + "BAD,,1\n").encode(), skips_wrong_rows=True)

    assert (job.state, job.counts["wrong"]) == ("succeeded", 1)
    assert [row.code for row in queries.list_skus()] == ["MUG", "TEA-250"]


def test_the_result_file_has_one_line_per_row() -> None:
    job = real((GOOD + "=BAD,,1\n").encode(), skips_wrong_rows=True)

    text = gzip.decompress(jobs.get_result(job.public_id)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines == [
        ["line", "key", "outcome", "errors", "changes"],
        ["2", "TEA-250", "new", "", ""],
        ["3", "MUG", "new", "", ""],
        ["4", "'=BAD", "wrong", "code: cell.not_a_code; name: cell.missing", ""],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_offices_write_csv_in_many_ways(encoding: str, delimiter: str) -> None:
    text = "商品编码,商品名称,中文名称,售价\r\nT1,茶,龙井茶,６８.５\r\n".replace(",", delimiter)

    job = real(text.encode(encoding))

    assert job.counts["new"] == 1
    assert queries.get_sku("T1").name_zh == "龙井茶"
    assert queries.get_sku("T1").price_minor == 6_850


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("case_size", "1e3", "cell.number_scientific"),
        ("case_size", "1.000,00", "cell.number_ambiguous"),
        ("case_size", "1,000", "cell.number_ambiguous"),
        ("case_size", "twelve", "cell.not_a_number"),
        ("case_size", "1.5", "cell.not_whole"),
        ("case_size", "99999999999999999999", "cell.out_of_range"),
        ("price", "1.005", "cell.too_many_digits"),
        ("price", "-1", "cell.out_of_range"),
        ("price", "NaN", "cell.not_a_number"),
        ("code", "6.9E+12", "cell.number_scientific"),
        ("name", "a\x00b", "cell.control_character"),
        ("unit", "bushel", "cell.not_a_choice"),
        ("is_weighed", "maybe", "cell.not_a_truth"),
        ("barcodes", "1;1", "cell.doubled"),
    ],
)
def test_what_is_ambiguous_or_broken_is_wrong_and_says_where(
    column: str, cell: str, code: str
) -> None:
    row = {"code": "T1", "name": "Tea"} | {column: cell}
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(row))
    writer.writeheader()
    writer.writerow(row)

    job = real(text.getvalue().encode())

    assert errors(job) == [(f"/rows/2/{column}", code)]
    assert queries.list_skus() == []


@pytest.mark.parametrize(
    ("header", "facts"),
    [
        ("code,name,code", {"missing": [], "doubled": ["code"]}),
        ("code,barcode,name,EAN", {"missing": [], "doubled": ["barcodes"]}),
        ("price,cost", {"missing": ["code", "name"], "doubled": []}),
    ],
)
def test_a_header_that_is_missing_or_there_twice_refuses_the_file(
    header: str, facts: dict[str, list[str]]
) -> None:
    job = real(f"{header}\n1,2,3,4\n".encode())

    assert (job.state, job.code) == ("refused", "import.columns_wrong")
    assert {name: job.facts[name] for name in facts} == facts


def test_the_same_key_twice_is_wrong_the_second_time() -> None:
    job = real(b"code,name\nT1,Tea\nT1,Other\n", skips_wrong_rows=True)

    assert errors(job) == [("/rows/3/code", "row.doubled")]
    assert queries.get_sku("T1").name == "Tea"


def test_a_barcode_of_another_sku_is_wrong_but_may_be_handed_over() -> None:
    records.save_skus([a_sku("OLD", barcodes=(BarcodeRow(code="6901"),))], at=NOON)

    taken = run(b"code,name,barcodes\nNEW,New,6901\n")
    handed = real(b"code,name,barcodes\nOLD,Old,6902\nNEW,New,6901\n")

    assert errors(taken) == [("/rows/2/barcodes", "masterdata.barcode_taken")]
    assert handed.state == "succeeded"
    assert scan("6901").sku.code == "NEW"


def test_two_rows_may_not_claim_one_barcode() -> None:
    job = real(b"code,name,barcodes\nA,A,6901\nB,B,6901\n", skips_wrong_rows=True)

    assert errors(job) == [("/rows/3/barcodes", "masterdata.barcode_taken")]
    assert scan("6901").sku.code == "A"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "import.file_unreadable"),
        (b"\x00\x00\x00", "import.file_unreadable"),
        (b"\xff\xfe\x00", "import.file_unreadable"),
        (b"PK\x03\x04 but no archive", "import.file_unreadable"),
        (b'code,name\n"T1,Tea\n' + b"x" * 200_000, "import.file_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "import.file_unreadable"),
    ],
)
def test_a_file_that_is_no_table_is_refused(content: bytes, code: str) -> None:
    job = run(content)

    assert (job.state, job.code) == ("refused", code)


def a_workbook(rows: Sequence[Sequence[Any]], *, first_row: int = 0) -> bytes:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"strings_to_formulas": False})
    sheet = workbook.add_worksheet()
    for number, row in enumerate(rows, start=first_row):
        sheet.write_row(number, 0, row)
    workbook.close()
    return stream.getvalue()


def test_a_workbook_with_numbers_and_empty_rows_is_read() -> None:
    rows: list[list[str | float]] = [
        ["code", "name", "barcodes", "price"],
        [250, "Tea", 6901234567892, 68.5],
        [],
        ["B", "b"],
    ]

    job = real(a_workbook(rows, first_row=2), skips_wrong_rows=True)

    assert job.counts["new"] == 2
    tea = queries.get_sku("250")
    assert (tea.barcodes[0].code, tea.price_minor) == ("6901234567892", 6_850)


def test_a_wrong_row_of_a_workbook_is_named_by_its_line_there() -> None:
    job = run(a_workbook([["code", "name"], [], ["T1", ""]], first_row=2))

    assert errors(job) == [("/rows/5/name", "cell.missing")]


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_rows_are_still_being_kept() -> None:
    upload = Upload(kind="skus", file_name="goods.csv", content=GOOD.encode(), is_dry_run=False)
    jobs.add_job(upload, by="li", at=NOON)
    taken = jobs.take_job(at=NOON)
    assert taken is not None
    seen: list[tuple[str, int, int]] = []

    def keep_and_look(kind: str, rows: Any) -> None:
        keep(kind, rows)
        job = jobs.get_job(taken[0].public_id)
        seen.append((job.state, job.done, job.percent))

    import_run.run_import(*taken, keep=keep_and_look, clock=lambda: NOON)

    assert seen == [("running", 2, 33)]
    assert jobs.get_job(taken[0].public_id).done == 4


def repack(content: bytes, part: str, text: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            target.writestr(info, text if info.filename == part else source.read(info))
    return stream.getvalue()


def test_a_zip_bomb_is_refused_before_it_unpacks() -> None:
    bomb = repack(a_workbook([["code"]]), "xl/sharedStrings.xml", b" " * 700_000_000)

    job = run(bomb)

    assert len(bomb) < 1_000_000
    assert (job.state, job.code) == ("refused", "import.file_too_large")


def test_one_cell_far_away_does_not_fill_the_memory() -> None:
    sheet = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1000000"><c r="XFD1000000"><v>1</v></c></row></sheetData></worksheet>'
    )

    job = run(repack(a_workbook([["code"]]), "xl/worksheets/sheet1.xml", sheet))

    assert (job.state, job.code) == ("refused", "import.file_too_large")


def test_an_outside_entity_is_not_fetched() -> None:
    strings = (
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<si><t>code</t></si><si><t>name</t></si><si><t>T1</t></si><si><t>&e;</t></si></sst>"
    )
    plain = a_workbook([["code", "name"], ["T1", "Tea"]])

    job = run(repack(plain, "xl/sharedStrings.xml", strings))

    names = [row["key"] for row in job.sample]
    assert job.state in {"refused", "succeeded"}
    assert all("/" not in name for name in names)


def test_exports_are_read_again_unchanged_and_compute_nothing() -> None:
    records.save_skus(
        [
            a_sku(
                "T1",
                name="=HYPERLINK(1)",
                name_zh="@茶",
                currency="JPY",
                price_minor=680,
                style="TEE-1",
                color="Navy 藏青",
                size="M",
            ),
            a_sku("T2", name="-2+3", is_weighed=True, is_hot=True, unit="gram", barcodes=()),
        ],
        at=NOON,
    )
    kind = kinds.get_kind("skus")

    def read_page(after: str, limit: int) -> list[SkuRow]:
        return queries.list_skus(after=after, limit=limit)

    as_csv = b"".join(exports.write_csv(kind, exports.iterate_rows(read_page)))
    as_xlsx = exports.write_xlsx(kind, exports.iterate_rows(read_page))

    assert b"'=HYPERLINK(1)" in as_csv
    assert b",-2+3" not in as_csv
    for content in (as_csv, as_xlsx):
        job = real(content)
        assert job.counts == {"new": 0, "changed": 0, "unchanged": 2, "wrong": 0}, errors(job)


def test_what_is_stolen_often_is_read_out_of_a_list_in_chinese() -> None:
    job = real("商品编码,商品名称,易盗\nT1,剃须刀片,是\nT2,茶,否\nT3,杯,\n".encode())

    assert job.counts["new"] == 3, errors(job)
    assert [row.is_hot for row in queries.list_skus()] == [True, False, False]


@pytest.mark.parametrize("name", sorted(kinds.KINDS))
def test_the_template_of_each_kind_can_be_imported(name: str) -> None:
    records.save_sites([a_site("W1", site_type="warehouse")])
    if name == "supplier-prices":
        records.save_suppliers([SupplierRow(code="SUP-01", name="West Lake Tea")])
        records.save_skus([SkuRow(code="TEA-250", name="Longjing tea")], at=NOON)

    job = real(exports.write_template(kinds.get_kind(name)), kind=name)

    assert (job.state, job.counts["new"]) == ("succeeded", 1), errors(job)


def test_bins_of_an_unknown_site_are_wrong() -> None:
    job = run(b"site,code,zone\nW9,A-01,A\n", kind="bins")

    assert errors(job) == [("/rows/2/site", "masterdata.site_unknown")]


def test_a_job_whose_worker_fell_silent_is_taken_again() -> None:
    jobs.add_job(Upload(kind="skus", file_name="x", content=b"x"), by="li", at=NOON)
    later = datetime(2026, 3, 2, 12, 1, 1, tzinfo=UTC)

    assert jobs.take_job(at=NOON) is not None
    assert jobs.take_job(at=NOON) is None
    assert jobs.take_job(at=later) is not None
