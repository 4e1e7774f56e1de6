"""Goal: people find, write and bring in master data on screen, and are told what is wrong."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.access.builders import a_client
from tests.masterdata.builders import NOON, a_site, a_sku
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.erp import tasks
from yipan.exchange.delivery import deliver_pending
from yipan.exchange.models import OutboxMessage
from yipan.masterdata import jobs, queries, records
from yipan.masterdata.models import Category
from yipan.masterdata.rows import BarcodeRow, BinRow, CustomerRow, SupplierRow

pytestmark = pytest.mark.django_db

FORM = {
    "version": "0",
    "code": "TEA-250",
    "name": "Longjing tea",
    "category": "food/tea",
    "unit": "piece",
    "case_size": "24",
    "barcodes": "6901\n16901*24",
    "temperature_class": "ambient",
    "is_active": "yes",
    "currency": "CNY",
    "cost": "30",
    "price": "68.00",
}


@pytest.fixture
def browser() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER)


def read(browser: Client, path: str) -> str:
    answer = browser.get(f"/masterdata/{path}")
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_a_sku_is_written_by_hand_and_shown(browser: Client) -> None:
    answer = browser.post("/masterdata/new-sku", FORM)

    assert answer.headers["Location"] == "/masterdata/skus/TEA-250"
    row = queries.get_sku("TEA-250")
    assert (row.price_minor, row.cost_minor, row.version) == (6_800, 3_000, 1)
    assert row.barcodes == (
        BarcodeRow(code="6901"),
        BarcodeRow(code="16901", pack_size=24, unit="case"),
    )
    text = read(browser, "skus/TEA-250")
    assert "16901" in text
    assert "food/tea" in text
    assert trail.list_steps(document_type="sku", number="TEA-250")[0].actor == "ann"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "This is needed."),
        ({"price": "1,5"}, "Write the number without separators"),
        ({"case_size": "0"}, "This is outside of what is possible."),
        ({"barcodes": "TAKEN"}, "A barcode belongs to another SKU."),
        ({"code": "a/b"}, "A code has no quotes"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_kept(
    browser: Client, changes: dict[str, str], told: str
) -> None:
    records.save_skus([a_sku("OTHER", barcodes=(BarcodeRow(code="TAKEN"),))], at=NOON)

    answer = browser.post("/masterdata/new-sku", FORM | changes)

    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert [row.code for row in queries.list_skus()] == ["OTHER"]


def test_a_change_over_somebody_elses_is_not_taken(browser: Client) -> None:
    browser.post("/masterdata/new-sku", FORM)
    records.save_skus([queries.get_sku("TEA-250")], at=NOON)
    browser.post("/masterdata/skus/TEA-250/edit", FORM | {"version": "1", "price": "70"})

    answer = browser.post("/masterdata/skus/TEA-250/edit", FORM | {"version": "1", "price": "60"})

    assert answer.status_code == 422
    assert "resource.version_mismatch" in answer.content.decode()
    assert queries.get_sku("TEA-250").price_minor == 7_000


def test_colors_and_sizes_of_one_style_stand_together(browser: Client) -> None:
    shirts = [
        a_sku(f"TEE-{color}-{size}", style="TEE-1", color=color, size=size, barcodes=())
        for color in ("Navy", "White")
        for size in ("M", "L")
    ]
    records.save_skus([*shirts, a_sku()], at=NOON)

    page = read(browser, "skus/TEE-Navy-M")
    listed = read(browser, "skus?style=TEE-1")
    found = read(browser, "skus?q=navy")

    assert all(shirt.code in page for shirt in shirts)
    assert "Style TEE-1" not in read(browser, "skus/TEA-250")
    assert all(shirt.code in listed for shirt in shirts)
    assert "TEA-250" not in listed
    assert "TEE-Navy-L" in found
    assert "TEE-White-L" not in found


def test_style_color_and_size_are_written_by_hand_and_told(browser: Client) -> None:
    browser.post("/masterdata/new-sku", FORM | {"style": "TEA", "color": "Green", "size": "250 g"})
    deliver_pending()

    row = queries.get_sku("TEA-250")
    assert (row.style, row.color, row.size) == ("TEA", "Green", "250 g")
    [told] = OutboxMessage.objects.filter(kind="erp.sku_changed.v1")
    assert [told.data[name] for name in ("style", "color", "size")] == ["TEA", "Green", "250 g"]


def test_goods_that_are_stolen_often_are_marked_so(browser: Client) -> None:
    browser.post("/masterdata/new-sku", FORM)
    assert "Stolen often" not in read(browser, "skus/TEA-250")

    browser.post("/masterdata/skus/TEA-250/edit", FORM | {"version": "1", "is_hot": "yes"})

    assert queries.get_sku("TEA-250").is_hot is True
    assert "Stolen often" in read(browser, "skus/TEA-250")
    assert "skus/TEA-250" in read(browser, "skus?flag=is_hot")


def test_an_unchecked_box_and_an_emptied_text_are_changes(browser: Client) -> None:
    records.save_skus([a_sku(is_weighed=True, name_zh="龙井茶")], at=NOON)
    form = {name: value for name, value in FORM.items() if name != "is_active"}

    browser.post("/masterdata/skus/TEA-250/edit", form | {"version": "1"})

    row = queries.get_sku("TEA-250")
    assert (row.is_weighed, row.is_active, row.name_zh) == (False, False, "")


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["MILK", "OLD", "TEA-250"]),
        ("?q=long", ["TEA-250"]),
        ("?q=169TEA-2501", ["TEA-250"]),
        ("?state=inactive", ["OLD"]),
        ("?flag=is_expiry_tracked", ["MILK"]),
        ("?climate=chilled", ["MILK"]),
        ("?category=food", ["OLD", "TEA-250"]),
        ("?q=nothing", []),
    ],
)
def test_the_list_is_searched_and_filtered(browser: Client, query: str, codes: list[str]) -> None:
    records.save_skus(
        [
            a_sku(),
            a_sku(
                "MILK",
                name="Milk",
                category="dairy",
                is_expiry_tracked=True,
                temperature_class="chilled",
            ),
            a_sku("OLD", name="Old cake", is_active=False),
        ],
        at=NOON,
    )

    text = read(browser, f"skus{query}")
    export = browser.get(f"/masterdata/exports/skus/csv{query}")

    assert [code for code in ("MILK", "OLD", "TEA-250") if f"skus/{code}" in text] == codes
    lines = b"".join(export).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == codes


def test_sites_and_their_bins_are_written_by_hand(browser: Client) -> None:
    site = {
        "version": "0", "code": "W1", "site_type": "warehouse", "name": "Hangzhou DC",
        "time_zone": "Asia/Shanghai", "day_starts_at": "06:00", "is_active": "yes",
    }  # fmt: skip
    stall = {
        "version": "0", "code": "A-01", "zone": "A", "zone_type": "picking", "sequence": "1",
        "capacity": "", "mixing": "one_sku", "temperature_class": "ambient", "is_active": "yes",
    }  # fmt: skip

    browser.post("/masterdata/new-site", site)
    browser.post("/masterdata/sites/W1/new-bin", stall)
    browser.post("/masterdata/sites/W1/bins/A-01", stall | {"version": "1", "capacity": "50"})

    assert queries.get_site("W1").name == "Hangzhou DC"
    assert queries.get_bin("W1", "A-01") == BinRow(
        site="W1",
        code="A-01",
        zone="A",
        zone_type="picking",
        sequence=1,
        capacity=50,
        mixing="one_sku",
        version=2,
    )
    assert "A-01" in read(browser, "sites/W1?zone=picking")
    assert "Hangzhou DC" in read(browser, "sites?type=warehouse")


def test_a_zone_that_does_not_exist_is_told(browser: Client) -> None:
    form = {"version": "0", "code": "S1", "site_type": "store", "name": "x", "time_zone": "Mars"}

    answer = browser.post("/masterdata/new-site", form | {"day_starts_at": "00:00"})

    assert "There is no such time zone." in answer.content.decode()
    assert queries.list_sites() == []


def test_parties_are_written_by_hand(browser: Client) -> None:
    terms = {
        "version": "0", "lead_time_days": "7", "minimum_order_quantity": "1", "currency": "CNY",
        "tolerance_over_percent": "5", "tolerance_under_percent": "0", "is_active": "yes",
    }  # fmt: skip

    browser.post("/masterdata/new-supplier", terms | {"code": "SUP-1", "name": "West Lake Tea"})
    browser.post("/masterdata/new-customer", {"version": "0", "code": "C-1", "name": "Li Na"})
    browser.post(
        "/masterdata/customers/C-1", {"version": "1", "name": "Li Na", "phone": "138", "code": "X"}
    )

    assert queries.get_supplier("SUP-1") == SupplierRow(
        code="SUP-1", name="West Lake Tea", tolerance_over_percent=5, version=1
    )
    assert queries.list_customers() == [
        CustomerRow(code="C-1", name="Li Na", phone="138", is_active=False, version=2)
    ]
    assert "West Lake Tea" in read(browser, "parties")
    assert "Li Na" in read(browser, "parties?tab=customers")


def upload(browser: Client, text: str, kind: str = "skus") -> str:
    file = SimpleUploadedFile("goods.csv", text.encode(), content_type="text/csv")
    answer = browser.post("/masterdata/imports", {"kind": kind, "file": file})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"]).removeprefix("/masterdata/")


def test_a_file_is_tried_looked_at_and_kept(browser: Client) -> None:
    page = upload(browser, "code,name,mood\nT1,Tea,red\nT2,Mug,blue\n")
    assert "Waits for its turn." in read(browser, page)
    assert "goods.csv" in read(browser, "imports")

    tasks.run_import_jobs(clock=lambda: NOON)
    tried = read(browser, page)
    kept = browser.post(f"/masterdata/{page}/keep", {"rows": "all"})
    tasks.run_import_jobs(clock=lambda: NOON)
    done = read(browser, str(kept.headers["Location"]).removeprefix("/masterdata/"))

    assert "Nothing is kept yet." in tried
    assert "These columns are not read: mood" in tried
    assert "2 rows are kept, and the sites are told." in done
    assert [row.code for row in queries.list_skus()] == ["T1", "T2"]


def test_the_sound_rows_are_kept_beside_wrong_ones(browser: Client) -> None:
    page = upload(browser, "code,name\nT1,Tea\nT2,\n")
    tasks.run_import_jobs(clock=lambda: NOON)

    tried = read(browser, page)
    browser.post(f"/masterdata/{page}/keep", {"rows": "sound"})
    tasks.run_import_jobs(clock=lambda: NOON)
    result = browser.get(f"/masterdata/{page}/result").content.decode("utf-8-sig")

    assert "This is needed." in tried
    assert "Keep the 1 sound rows" in tried
    assert result.splitlines()[2] == "3,T2,wrong,name: cell.missing,"
    assert [row.code for row in queries.list_skus()] == ["T1"]


def test_a_file_that_is_none_says_why_and_which_columns(browser: Client) -> None:
    page = upload(browser, "price,price\n1,2\n")
    tasks.run_import_jobs(clock=lambda: NOON)

    text = read(browser, page)

    assert "import.columns_wrong" in text
    assert "missing: code, name; there twice: price" in text


def test_no_file_and_an_unknown_kind_are_told_on_the_page(browser: Client) -> None:
    nothing = browser.post("/masterdata/imports", {"kind": "skus"})
    file = SimpleUploadedFile("x.csv", b"x")
    unknown = browser.post("/masterdata/imports", {"kind": "prices", "file": file})

    assert "Choose a file first." in nothing.content.decode()
    assert "import.kind_unknown" in unknown.content.decode()
    assert jobs.list_jobs() == []


@pytest.mark.parametrize("kind", ["skus", "sites", "bins", "suppliers", "customers"])
def test_every_kind_has_a_template_and_exports(browser: Client, kind: str) -> None:
    records.save_sites([a_site("W1")])
    records.save_bins([BinRow(site="W1", code="A-01", zone="A")])

    for path in (f"templates/{kind}", f"exports/{kind}/xlsx"):
        answer = browser.get(f"/masterdata/{path}")
        assert answer.content.startswith(b"PK\x03\x04")
    csv = b"".join(browser.get(f"/masterdata/exports/{kind}/csv"))
    assert csv.startswith(b"\xef\xbb\xbf")


def test_who_may_not_see_cost_does_not() -> None:
    records.save_skus([a_sku(cost_minor=123_400)], at=NOON)
    clerk = a_client(Role.STORE_CLERK, username="clerk", sites=["S1"])

    text = read(clerk, "skus") + read(clerk, "skus/TEA-250")

    assert "1,234" not in text
    assert "/edit" not in text


def test_lists_and_pages_call_a_category_by_its_name(browser: Client) -> None:
    Category.objects.create(code="food", name="Food", name_zh="食品")
    Category.objects.create(code="food/tea", parent_id="food", name="Tea", name_zh="茶叶")
    records.save_skus([a_sku("OOLONG", category="food/tea")], at=NOON)

    for address in ("/masterdata/skus?q=OOLONG", "/masterdata/skus/OOLONG"):
        page = browser.get(address).content.decode()
        assert "Tea" in page
        assert "food/tea" in page
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert "茶叶" in browser.get("/masterdata/skus?q=OOLONG").content.decode()
