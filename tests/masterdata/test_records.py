"""Goal: master data is written set-wise, versions rise only by changes, nothing half is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.masterdata.builders import NOON, a_site, a_sku, scan
from yipan.masterdata import queries, records, refusals
from yipan.masterdata.models import Barcode, Category, Zone
from yipan.masterdata.rows import BarcodeRow, BinRow, CustomerRow, SupplierRow

pytestmark = pytest.mark.django_db


def test_a_new_sku_starts_at_version_one_and_brings_its_branch_of_the_tree() -> None:
    saved = records.save_skus([a_sku()], at=NOON)

    assert saved == [replace(records.sort_barcodes(a_sku()), version=1)]
    assert queries.get_sku("TEA-250") == saved[0]
    tree = [(row.code, row.parent, row.name) for row in queries.list_categories()]
    assert tree == [("food", "", "food"), ("food/tea", "food", "tea")]


def test_saving_the_same_again_changes_nothing() -> None:
    records.save_skus([a_sku()], at=NOON)

    assert records.save_skus([a_sku()], at=NOON) == []
    assert queries.get_sku("TEA-250").version == 1


def test_a_changed_price_raises_the_version_of_this_sku_only() -> None:
    records.save_skus([a_sku(), a_sku("TEA-500")], at=NOON)

    saved = records.save_skus([a_sku(price_minor=7_000), a_sku("TEA-500")], at=NOON)

    assert [(row.code, row.version, row.price_minor) for row in saved] == [("TEA-250", 2, 7_000)]
    assert queries.get_sku("TEA-500").version == 1


def test_a_barcode_left_out_ends_and_may_be_given_to_another_sku() -> None:
    code = BarcodeRow(code="6901")
    records.save_skus([a_sku(barcodes=(code,))], at=NOON)
    records.save_skus([a_sku(barcodes=())], at=NOON + timedelta(days=1))

    records.save_skus([a_sku("NEW", barcodes=(code,))], at=NOON + timedelta(days=2))

    found = scan(" ６９０１ ")
    assert (found.sku.code, found.pack_size) == ("NEW", 1)
    history = Barcode.objects.order_by("valid_from").values_list(
        "sku__code", "valid_from", "valid_to"
    )
    assert list(history) == [
        ("TEA-250", NOON, NOON + timedelta(days=1)),
        ("NEW", NOON + timedelta(days=2), None),
    ]


def test_a_barcode_of_another_sku_is_refused_and_nothing_changes() -> None:
    records.save_skus([a_sku(barcodes=(BarcodeRow(code="6901"),))], at=NOON)

    with pytest.raises(refusals.RowWrong) as refused:
        records.save_skus([a_sku("NEW", barcodes=(BarcodeRow(code="6901"),))], at=NOON)

    assert refused.value.facts == {
        "key": "NEW",
        "errors": [{"pointer": "/barcodes", "code": "masterdata.barcode_taken"}],
    }
    assert queries.find_skus(["NEW"]) == {}


def test_a_scan_of_a_case_says_how_many_pieces_it_means() -> None:
    records.save_skus([a_sku()], at=NOON)

    case = scan("169TEA-2501")

    assert (case.sku.code, case.pack_size) == ("TEA-250", 24)
    assert queries.find_by_barcode("4711") is None


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"name": " "}, "/name", "cell.missing"),
        ({"name": "x" * 201}, "/name", "cell.too_long"),
        ({"name": "a\x00b"}, "/name", "cell.control_character"),
        ({"unit": "bushel"}, "/unit", "cell.not_a_choice"),
        ({"case_size": 0}, "/case_size", "cell.out_of_range"),
        ({"price_minor": -1}, "/price_minor", "cell.out_of_range"),
        ({"cost_minor": 2**53}, "/cost_minor", "cell.out_of_range"),
        ({"currency": "yuan"}, "/currency", "cell.not_a_choice"),
        ({"category": "food//tea"}, "/category", "cell.not_a_code"),
        ({"barcodes": (BarcodeRow(code="1"), BarcodeRow(code="1"))}, "/barcodes", "cell.doubled"),
        ({"code": "=A1", "barcodes": ()}, "/code", "cell.not_a_code"),
        ({"code": "a/b", "barcodes": ()}, "/code", "cell.not_a_code"),
    ],
)
def test_a_row_that_cannot_be_kept_says_which_field_and_why(
    changes: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(refusals.RowWrong) as refused:
        records.save_skus([a_sku(**changes)], at=NOON)

    assert refused.value.facts["errors"] == [{"pointer": pointer, "code": code}]
    assert Category.objects.exists() is False


def test_sites_and_their_bins_are_kept_with_zone_and_aisle() -> None:
    records.save_sites([a_site("W1", site_type="warehouse")])
    row = BinRow(site="W1", code="A-01-01", zone="A", zone_type="picking", aisle="01", capacity=50)

    saved = records.save_bins([row])

    assert saved == [replace(row, version=1)]
    assert queries.get_bin("W1", "A-01-01") == saved[0]
    assert Zone.objects.get().zone_type == "picking"
    assert records.save_bins([row]) == []
    assert [changed.version for changed in records.save_bins([replace(row, capacity=60)])] == [2]


def test_a_bin_of_an_unknown_site_is_refused() -> None:
    with pytest.raises(refusals.RowWrong) as refused:
        records.save_bins([BinRow(site="W9", code="A-01", zone="A")])

    assert refused.value.facts["errors"] == [
        {"pointer": "/site", "code": "masterdata.site_unknown"}
    ]


def test_suppliers_and_customers_are_kept() -> None:
    supplier = SupplierRow(code="SUP-01", name="West Lake Tea", tolerance_over_percent=5)
    customer = CustomerRow(code="C-1", name="Li Na")

    assert records.save_suppliers([supplier]) == [replace(supplier, version=1)]
    assert records.save_customers([customer]) == [replace(customer, version=1)]
    assert queries.get_supplier("SUP-01") == replace(supplier, version=1)
    assert queries.list_customers() == [replace(customer, version=1)]
