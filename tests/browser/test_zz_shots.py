import pytest
from playwright.sync_api import expect
from tests.browser.registers import *
from tests.retailer import NOON
from yipan.access.roles import Role
from yipan.foundation.promotions import Promotion
from yipan.masterdata import promotions
from yipan.pos.documents import till_event
from yipan.pos.documents.till_event import Happened
from uuid import uuid4

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "setup": "/pos/register/setup?site=S12",
    "code": "/pos/register/code",
    "import": "/pos/register/import",
    "promotions": "/erp/promotions",
    "promotion": "/erp/promotions/THREE",
    "register": "/pos/register?site=S12",
    "display": "/pos/display?till=S12-1",
    "day": "/pos/day?till=S12-1",
}


def test_shots(visit, live_server, choose):
    open_store()
    promotions.save(
        Promotion(
            code="THREE",
            kind="n_for_m",
            name="Three for two, all teas and everything that goes with tea in spring",
            name_zh="茶品买三付二",
            buy_quantity=3,
            pay_quantity=2,
            skus=("TEA-250",),
        )
    )
    promotions.save(
        Promotion(code="TEN", kind="percent", name="Ten off", name_zh="九折", percent=10)
    )
    page = open_register(visit, live_server, Role.STORE_MANAGER, Role.INVENTORY_CONTROLLER)
    till_event.record(
        till_code="S12-1",
        at=NOON,
        events=[
            Happened(
                event_id=uuid4(),
                event_type="override",
                occurred_at=NOON,
                actor="chen",
                approved_by="boss",
                reason="torn box",
                subject="S12-1-000001",
            )
        ],
    )
    scan(page, "3*69TEA-250")
    scan(page, "69MUG-1")
    page.context.set_offline(True)
    page.keyboard.press("F9")
    scan(page, "2*69TEA-250")
    keep(page, "r-offline-1280")
    page.set_viewport_size({"width": 390, "height": 844})
    keep(page, "r-390")
    page.set_viewport_size({"width": 1024, "height": 768})
    keep(page, "r-1024")
    page.context.set_offline(False)
    page.evaluate("window.onbeforeunload = null")
    wait_until_sent(page)
    page.get_by_role("button", name="Remove line").click()
    for language, theme, width in (
        ("en", "light", 1440),
        ("zh-hans", "dark", 1440),
        ("zh-hans", "light", 390),
        ("en", "dark", 1024),
    ):
        choose(language=language, theme=theme)
        page.set_viewport_size({"width": width, "height": 900 if width > 500 else 844})
        for name, address in PAGES.items():
            page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
            keep(page, f"{name}-{language}-{width}")
