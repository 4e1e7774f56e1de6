"""
Goal: a person arranges a list once, and finds it so again.

Method: filter, save under a name, hide a column; come back by the tab above the list.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from yipan.access.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_is_arranged_once(visit: Visitor, live_server: LiveServer) -> None:
    retailer.open_retailer()
    retailer.order(("TEA-250", 40))
    page = visit(Role.PURCHASER)
    page.goto(live_server.url + "/erp/purchase-orders?state=open")
    columns = page.get_by_role("columnheader")
    expect(columns.filter(has_text="Supplier")).to_be_visible()

    page.locator("[data-views] summary").click()
    page.get_by_label("Supplier", exact=True).and_(page.locator("[type=checkbox]")).uncheck()
    expect(columns.filter(has_text="Supplier")).to_be_hidden()
    page.get_by_label("Save this view").fill("To come")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. It stands above the list")).to_be_visible()

    page.goto(live_server.url + "/erp/purchase-orders")
    expect(columns.filter(has_text="Supplier")).to_be_hidden()
    page.get_by_role("link", name="To come", exact=True).last.click()
    page.wait_for_url("**/erp/purchase-orders?state=open")
    page.locator("[data-views] summary").click()
    page.get_by_role("button", name="Take “To come” away").click()
    expect(page.get_by_role("navigation", name="Saved views")).to_be_hidden()
