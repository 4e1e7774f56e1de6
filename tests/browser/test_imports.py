"""Goal: a file is tried and kept by hand, and the page follows the work without a reload."""

from __future__ import annotations

import pytest
from django.utils import timezone
from playwright.sync_api import FilePayload, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from yipan.access.roles import Role
from yipan.erp import tasks
from yipan.masterdata import queries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GOODS = "商品编码,商品名称,售价,条码\nTEA-1,Green tea,12.50,6901\nTEA-2,Black tea,1e3,\n"


def test_a_file_is_tried_mended_and_kept(visit: Visitor, live_server: LiveServer) -> None:
    page = visit(Role.INVENTORY_CONTROLLER)
    page.goto(f"{live_server.url}/masterdata/imports")
    file = FilePayload(name="goods.csv", mimeType="text/csv", buffer=GOODS.encode("gb18030"))
    page.get_by_label("File", exact=True).set_input_files(files=[file])
    page.get_by_role("button", name="Try the file").click()
    expect(page.get_by_text("Waits for its turn.")).to_be_visible()

    tasks.run_import_jobs(clock=timezone.now)

    # The page asks for itself: nothing is clicked here.
    expect(page.get_by_text("Some rows are wrong.")).to_be_visible()
    expect(page.get_by_text("A spreadsheet shortened this number")).to_be_visible()
    page.get_by_role("button", name="Keep the 1 sound rows").click()
    expect(page.get_by_text("Waits for its turn.")).to_be_visible()

    tasks.run_import_jobs(clock=timezone.now)

    expect(page.get_by_text("1 rows are kept, and the sites are told.")).to_be_visible()
    assert [(row.code, row.price_minor) for row in queries.list_skus()] == [("TEA-1", 1_250)]
