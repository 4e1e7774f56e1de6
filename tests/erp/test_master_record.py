"""Goal: the hub changes master data, writes down who did, and the sites follow."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from tests.masterdata.builders import NOON, a_site, a_sku
from yipan.documents import trail
from yipan.erp.documents.master import master_import, master_record
from yipan.erp.documents.master.master_record import Author
from yipan.exchange import codec, told
from yipan.exchange.delivery import deliver_pending
from yipan.masterdata import queries
from yipan.masterdata.jobs import Upload
from yipan.masterdata.models import Sku
from yipan.masterdata.refusals import RowWrong, VersionMismatch
from yipan.masterdata.rows import BarcodeRow
from yipan.messages.erp import SkuChanged

pytestmark = pytest.mark.django_db

LI = Author(name="li", at=NOON)


def list_told() -> list[tuple[int, str, str]]:
    envelopes = told.list_after(source=master_record.SOURCE, epoch=1, after=0, limit=100)
    return [(each.sequence, each.kind, each.subject) for each in envelopes]


def test_a_changed_sku_is_told_with_its_version_and_written_down() -> None:
    master_record.save_skus([a_sku()], by=LI)
    master_record.save_skus([a_sku(name="Renamed")], by=LI)
    master_record.save_sites([a_site()], by=LI)

    assert list_told() == [
        (1, "erp.sku_changed.v1", "TEA-250"),
        (2, "erp.sku_changed.v1", "TEA-250"),
        (3, "erp.site_changed.v1", "S12"),
    ]
    steps = trail.list_steps(document_type="sku", number="TEA-250")
    assert [(step.step, step.to_state, step.actor) for step in steps] == [
        ("create", "v1", "li"),
        ("edit", "v2", "li"),
    ]


def test_what_does_not_change_is_not_told() -> None:
    master_record.save_skus([a_sku()], by=LI)
    master_record.save_skus([a_sku()], by=LI)

    assert len(list_told()) == 1


def test_a_site_that_lags_behind_takes_over_what_it_hears() -> None:
    master_record.save_skus([a_sku(), a_sku("MUG")], by=LI)
    Sku.objects.filter(code="TEA-250").update(version=0, name="old", price_minor=1)

    deliver_pending()

    tea = queries.get_sku("TEA-250")
    assert (tea.version, tea.name, tea.price_minor) == (1, "Longjing tea 250 g", 6_800)
    assert tea.barcodes == a_sku().barcodes


def test_sites_hear_which_goods_are_hot() -> None:
    master_record.save_skus([a_sku(is_hot=True)], by=LI)
    Sku.objects.update(version=0, is_hot=False)

    deliver_pending()

    assert queries.get_sku("TEA-250").is_hot is True


def test_who_has_never_heard_of_hot_goods_tells_of_common_ones() -> None:
    body = '{"sku": "TEA-250", "version": 1, "name": "Tea", "is_weighed": true}'

    message = codec.decode_message(SkuChanged, body, message_id=uuid4(), occurred_at=NOON)

    assert isinstance(message, SkuChanged)
    assert (message.is_weighed, message.is_hot) == (True, False)


def test_an_edit_over_somebody_elses_change_is_refused() -> None:
    seen = master_record.edit_sku(a_sku(), by=LI)
    master_record.edit_sku(replace(seen, price_minor=7_000), by=LI)

    with pytest.raises(VersionMismatch) as refused:
        master_record.edit_sku(replace(seen, price_minor=6_000), by=LI)

    assert refused.value.facts == {"code": "TEA-250", "current_version": 2}
    assert queries.get_sku("TEA-250").price_minor == 7_000
    assert len(list_told()) == 2


def test_a_wrong_row_leaves_nothing_behind() -> None:
    with pytest.raises(RowWrong):
        master_record.save_skus([a_sku(), a_sku("BAD", name="")], by=LI)

    assert queries.list_skus() == []
    assert list_told() == []


def test_an_imported_file_is_told_like_any_change() -> None:
    upload = Upload(
        kind="skus",
        file_name="goods.csv",
        content=b"code,name,barcodes\nT1,Tea,6901\nT2,Mug,\n",
        is_dry_run=False,
    )

    job = master_import.import_now(upload, by="li", clock=lambda: NOON)

    assert (job.state, job.counts["new"], job.done) == ("succeeded", 2, 4)
    assert [subject for _, _, subject in list_told()] == ["T1", "T2"]
    assert queries.get_sku("T1").barcodes == (BarcodeRow(code="6901"),)
    assert trail.list_steps(document_type="sku", number="T1")[0].reason == job.public_id
    assert master_import.run_next(clock=lambda: NOON) is None
