"""Barcodes of scales: the article, and the weight or the price that is in them."""

from __future__ import annotations

import pytest

from tests import retailer
from tests.retailer import NOON
from yipan.masterdata import records
from yipan.masterdata.rows import BarcodeRow, SkuRow
from yipan.pos import queries
from yipan.pos.documents import register_settings
from yipan.pos.documents.register_settings import PatternUnfit, Setup
from yipan.pos.queries import ProductUnknown
from yipan.pos.rules.weighed import Weighed, get_check_digit, is_pattern, read_weighed


@pytest.mark.parametrize(
    ("digits", "check"), [("400638133393", 1), ("590123412345", 7), ("210123400250", 6)]
)
def test_the_check_digit_is_that_of_ean(digits: str, check: int) -> None:
    assert get_check_digit(digits) == check


@pytest.mark.parametrize(
    ("text", "weighed"),
    [
        ("2101234002506", Weighed(barcode="2101234", weight_grams=250)),
        ("2501234012909", Weighed(barcode="2501234", price_minor=1_290)),
        ("2101234002507", None),  # a wrong check digit
        ("4006381333931", None),  # no prefix of restricted circulation
        ("21012340025", None),
        ("TEA-250", None),
    ],
)
def test_a_weighed_barcode_says_article_and_value(text: str, weighed: Weighed | None) -> None:
    assert read_weighed(text) == weighed


@pytest.mark.parametrize(
    ("pattern", "text", "weighed"),
    [
        # 18 figures, as scales in China print them: the weight counts, not the price beside it.
        ("22AAAAAPPPPPWWWWWC", "220123401290006451", Weighed(barcode="2201234", weight_grams=645)),
        # A price with a check digit of its own, as in Britain and Germany.
        ("02AAAAXPPPPPC", "0212347012909", Weighed(barcode="021234", price_minor=1_290)),
        ("29AAAAANNNNNC", "2901234000126", Weighed(barcode="2901234", pieces=12)),
        ("28AAAAWWWWWW", "281234000250", Weighed(barcode="281234", weight_grams=250)),
        ("02AAAAXPPPPPC", "0212347012907", None),  # a wrong check digit
        ("02AAAAXPPPPPC", "0312347012906", None),  # another prefix
    ],
)
def test_other_layouts_are_read_by_the_pattern_of_the_store(
    pattern: str, text: str, weighed: Weighed | None
) -> None:
    assert is_pattern(pattern)
    assert read_weighed(text, [pattern]) == weighed


@pytest.mark.parametrize(
    "text", ["", "21AAAAA", "21AAAAAC", "WWWWWWWW", "21AAAAACWWWWW", "21AAAAAWWWW?C", "2" * 30]
)
def test_what_names_no_article_or_no_value_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.django_db
def test_a_store_sets_its_layouts_and_its_scans_are_read_by_them() -> None:
    retailer.open_retailer()
    barcodes = (BarcodeRow(code="021234"),)
    apples = SkuRow(code="APPLE", name="Apples", price_minor=2, is_weighed=True, barcodes=barcodes)
    records.save_skus([apples], at=NOON)
    with pytest.raises(PatternUnfit):
        register_settings.save(
            site="S12", setup=Setup(weighed_patterns=("AAAA",)), by="fang", at=NOON
        )
    setup = Setup(weighed_patterns=("02AAAAXPPPPPC",))
    register_settings.save(site="S12", setup=setup, by="fang", at=NOON)

    found = queries.find_product("S12", "0212347012909")

    assert (found.sku.code, found.pack_size) == ("APPLE", 645)
    with pytest.raises(ProductUnknown):
        queries.find_product("S1", "0212347012909")


@pytest.mark.django_db
def test_a_scan_of_a_scales_label_is_a_quantity_of_its_article() -> None:
    retailer.open_retailer()
    barcodes = (BarcodeRow(code="2101234"), BarcodeRow(code="2501234"))
    apples = SkuRow(code="APPLE", name="Apples", price_minor=2, is_weighed=True, barcodes=barcodes)
    records.save_skus([apples], at=NOON)

    by_weight = queries.find_product("S12", "2101234002506")
    by_price = queries.find_product("S12", "2501234012909")

    assert (by_weight.sku.code, by_weight.pack_size) == ("APPLE", 250)
    assert (by_price.sku.code, by_price.pack_size) == ("APPLE", 645)
    with pytest.raises(ProductUnknown):
        queries.find_product("S12", "2199999002503")
