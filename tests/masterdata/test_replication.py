"""Goal: a site follows the hub by version, whatever the order in which it hears."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.masterdata.builders import NOON, a_site, a_sku, scan
from yipan.masterdata import queries, records, replication
from yipan.masterdata.rows import BarcodeRow

pytestmark = pytest.mark.django_db


def test_a_newer_version_is_taken_and_an_older_one_ignored() -> None:
    newer = a_sku(version=3, price_minor=7_000)

    assert replication.apply_skus([newer], at=NOON) == 1
    assert replication.apply_skus([a_sku(version=2)], at=NOON) == 0
    assert replication.apply_skus([newer], at=NOON) == 0
    assert queries.get_sku("TEA-250") == records.sort_barcodes(newer)


def test_a_run_takes_the_newest_of_each_sku() -> None:
    run = [a_sku(version=2), a_sku(version=4, name="Four"), a_sku("MUG", version=1)]

    assert replication.apply_skus(run, at=NOON) == 2
    assert queries.get_sku("TEA-250").name == "Four"


def test_what_the_hub_does_not_tell_stays() -> None:
    records.save_skus([a_sku(cost_minor=3_000, external_id="ext")], at=NOON)
    records.save_sites([a_site(address="Jiangnan Avenue 1")])

    replication.apply_skus([a_sku(version=2, cost_minor=0, external_id="")], at=NOON)
    replication.apply_site(a_site(version=2, name="Renamed"))

    assert queries.get_sku("TEA-250").cost_minor == 3_000
    assert queries.get_sku("TEA-250").external_id == "ext"
    assert queries.get_site("S12") == a_site(version=2, name="Renamed", address="Jiangnan Avenue 1")


def test_a_barcode_moves_to_the_sku_the_hub_names() -> None:
    code = BarcodeRow(code="6901")
    replication.apply_skus([a_sku(version=1, barcodes=(code,))], at=NOON)

    replication.apply_skus([a_sku("MUG", version=1, barcodes=(code,))], at=NOON)

    assert scan("6901").sku.code == "MUG"
    assert replication.apply_skus([replace(a_sku(), version=2, barcodes=())], at=NOON) == 1
