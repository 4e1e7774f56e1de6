"""Goal: programs read and write master data row by row, and bring files in, under their key."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from django.test import Client

from tests.access.builders import a_key
from tests.masterdata.builders import NOON, a_site, a_sku
from yipan.access.roles import Role
from yipan.erp import tasks
from yipan.masterdata import queries, records
from yipan.masterdata.rows import SupplierRow

COUNTER = itertools.count()

pytestmark = pytest.mark.django_db

SKU = {"name": "Longjing tea", "price_minor": 6_800, "barcodes": [{"code": "6901"}]}


def ask(
    method: str, path: str, body: object = None, *, key: str = "", **headers: str
) -> tuple[int, Any]:
    secret = key or a_key(Role.INTEGRATION, name=f"key {next(COUNTER)}")
    answer = Client().generic(
        method,
        f"/api/v1/{path}",
        body if isinstance(body, bytes) else json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}", **headers},
    )
    return answer.status_code, json.loads(answer.content)


def test_a_sku_is_made_changed_and_not_overwritten_from_an_old_version() -> None:
    made = ask("PUT", "skus/T1", SKU)
    changed = ask("PUT", "skus/T1", {"price_minor": 7_000, "version": 1})
    late = ask("PUT", "skus/T1", {"price_minor": 6_000, "version": 1})

    assert (made[0], made[1]["version"], made[1]["barcodes"][0]["code"]) == (200, 1, "6901")
    assert (changed[1]["version"], changed[1]["name"]) == (2, "Longjing tea")
    assert (late[0], late[1]["code"]) == (412, "resource.version_mismatch")
    assert queries.get_sku("T1").price_minor == 7_000


def test_goods_are_called_hot_and_stay_so_until_somebody_says_otherwise() -> None:
    made = ask("PUT", "skus/T1", SKU | {"is_hot": True})
    priced = ask("PUT", "skus/T1", {"price_minor": 7_000})
    cooled = ask("PUT", "skus/T1", {"is_hot": False})

    assert [answer[1]["is_hot"] for answer in (made, priced, cooled)] == [True, True, False]
    assert ask("PUT", "skus/T2", SKU | {"is_hot": "often", "barcodes": []})[0] == 422
    assert queries.find_skus(["T1", "T2"]).keys() == {"T1"}


def test_a_sku_that_cannot_be_kept_says_why() -> None:
    status, said = ask("PUT", "skus/T1", {"price_minor": 1})

    assert (status, said["code"]) == (422, "masterdata.row_wrong")
    assert said["errors"] == [{"pointer": "/name", "code": "cell.missing"}]
    assert queries.find_skus(["T1"]) == {}


def test_cost_is_told_to_those_who_may_see_it() -> None:
    records.save_skus([a_sku()], at=NOON)
    finance = a_key(Role.FINANCE, name="finance")

    assert ask("GET", "skus/TEA-250")[1]["cost_minor"] is None
    assert ask("GET", "skus/TEA-250", key=finance)[1]["cost_minor"] == 3_000


def test_many_rows_are_answered_line_by_line_and_a_repeat_changes_nothing() -> None:
    rows = {
        "rows": [
            {"code": "T1", **SKU},
            {"code": "T2", "name": ""},
            {"code": "T3", "name": "Mug", "barcodes": [{"code": "6901"}]},
        ]
    }

    _, first = ask("POST", "skus/bulk", rows)
    _, again = ask("POST", "skus/bulk", rows | {"error_policy": "reject_failed_rows"})

    assert [(row["id"], row["status"]) for row in first["data"]] == [
        ("T1", "ok"),
        ("T2", "refused"),
        ("T3", "refused"),
    ]
    assert first["data"][1]["errors"] == [{"pointer": "/rows/1/name", "code": "cell.missing"}]
    assert first["data"][2]["errors"][0]["code"] == "masterdata.barcode_taken"
    assert [row["status"] for row in again["data"]] == ["duplicate", "refused", "refused"]
    assert queries.get_sku("T1").version == 1


def test_one_wrong_row_keeps_all_out_where_that_was_asked() -> None:
    rows = [{"code": "T1", **SKU}, {"code": "T2"}]

    _, said = ask("POST", "skus/bulk", {"rows": rows, "error_policy": "reject_everything"})

    assert [row["status"] for row in said["data"]] == ["refused", "refused"]
    assert queries.list_skus() == []


def test_lists_go_on_behind_a_cursor_and_a_search_finds_the_best_first() -> None:
    records.save_skus([a_sku(f"T{number}") for number in range(3)], at=NOON)

    _, first = ask("GET", "skus?limit=2")
    _, rest = ask("GET", f"skus?limit=2&cursor={first['next_cursor']}")
    _, found = ask("GET", "skus?q=T2")

    assert [row["code"] for row in first["data"]] == ["T0", "T1"]
    assert ([row["code"] for row in rest["data"]], rest["next_cursor"]) == (["T2"], None)
    assert [row["code"] for row in found["data"]] == ["T2"]


def test_a_barcode_tells_its_sku_and_pack() -> None:
    records.save_skus([a_sku()], at=NOON)

    _, said = ask("GET", "barcodes/169TEA-2501")
    status, unknown = ask("GET", "barcodes/4711")

    assert (said["pack_size"], said["sku"]["code"]) == (24, "TEA-250")
    assert (status, unknown["code"]) == (404, "resource.not_found")


def test_sites_and_their_bins_are_kept_and_those_of_others_do_not_exist() -> None:
    own = a_key(Role.INTEGRATION, name="own", sites=["W1"])
    ask("PUT", "sites/W1", {"site_type": "warehouse", "name": "Hangzhou"}, key=own)
    records.save_sites([a_site("W2", site_type="warehouse")])
    bins = {"rows": [{"code": "A-01", "zone": "A", "aisle": "1", "zone_type": "picking"}]}

    _, kept = ask("POST", "sites/W1/bins/bulk", bins, key=own)
    status, _ = ask("POST", "sites/W2/bins/bulk", bins, key=own)

    assert [row["status"] for row in kept["data"]] == ["ok"]
    assert status == 404
    assert [row["code"] for row in ask("GET", "sites", key=own)[1]["data"]] == ["W1"]
    assert ask("GET", "sites/W1/bins", key=own)[1]["data"][0]["zone_type"] == "picking"
    assert ask("PUT", "sites/W2", {"name": "Mine"}, key=own)[0] == 404


def test_suppliers_are_kept() -> None:
    ask("PUT", "suppliers/SUP-1", {"name": "West Lake Tea"})
    ask("POST", "suppliers/bulk", {"rows": [{"code": "SUP-2", "name": "Mugs"}]})

    assert [row.code for row in queries.list_suppliers()] == ["SUP-1", "SUP-2"]
    assert queries.get_supplier("SUP-1") == SupplierRow(
        code="SUP-1", name="West Lake Tea", version=1
    )


def test_a_file_is_a_job_that_is_worked_on_later() -> None:
    key = a_key(Role.INTEGRATION, name="files")
    status, job = ask(
        "POST",
        "jobs?kind=skus&dry_run=false&file_name=goods.csv",
        b"code,name\nT1,Tea\nT2,Mug\n",
        key=key,
        **{"Idempotency-Key": "upload-1"},
    )
    assert (status, job["state"], job["percent"]) == (202, "waiting", 0)

    tasks.run_import_jobs(clock=lambda: NOON)

    _, ended = ask("GET", f"jobs/{job['id']}", key=key)
    assert (ended["state"], ended["counts"]["new"], ended["percent"]) == ("succeeded", 2, 100)
    assert ended["created_by"] == "key:files"
    answer = Client().get(
        f"/api/v1/jobs/{job['id']}/result", headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "line,key,outcome,errors,changes",
        "2,T1,new,,",
        "3,T2,new,,",
    ]
    assert ask("GET", "jobs", key=key)[1]["data"][0]["id"] == job["id"]


def test_a_kind_that_does_not_exist_is_refused() -> None:
    status, said = ask("POST", "jobs?kind=prices", b"x", **{"Idempotency-Key": "k"})

    assert (status, said["code"]) == (422, "import.kind_unknown")
