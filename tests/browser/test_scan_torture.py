"""
Goal: whatever a scanner does, no scan is lost, doubled, or put into a quantity.

Method: key events with the timing of real devices: Shift before capitals, pauses within a scan,
suffixes, control characters, a second channel; against the receiving task, each scan counting one
package. What the warehouse has written down is compared with what was scanned.
"""

from __future__ import annotations

import itertools

import pytest
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.browser.conftest import Visitor
from tests.browser.test_scan import NEXT_PACKAGE, scan
from yipan.access.roles import Role
from yipan.masterdata import records
from yipan.masterdata.rows import BarcodeRow, SkuRow
from yipan.wms.models import ReceiptScan

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

#: Keys as [key, milliseconds before it, modifiers], sent in the page so that the machine's load
#: does not stretch them. What nobody prevents is written where the focus is, as a browser does.
DEVICE = """
async ([keys, step]) => {
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));
  let at = performance.now();
  for (const [key, pause, ctrl] of keys) {
    at += pause;
    while (performance.now() < at) await wait(0);
    const target = document.activeElement;
    const said = { key, bubbles: true, cancelable: true, ctrlKey: ctrl };
    const event = new KeyboardEvent("keydown", said);
    Object.defineProperty(event, "timeStamp", { value: at });
    if (!target.dispatchEvent(event)) continue;
    if (key.length === 1 && !ctrl) document.execCommand("insertText", false, key);
    if (key === "Enter" && target.form) target.form.requestSubmit();
  }
}
"""
#: Milliseconds after which a device has surely ended its last scan, and those to send 60.
SETTLED = 400
SENT_WITHIN = 60_000

Keys = list[list[object]]
TEA, SOAP, MUG = "69TEA-250", "69SOAP-1", "69MUG-1"
GTIN = "06901234567892"


def make_keys(text: str, *, end: str = "Enter", gap: int = 5, first: int = 150) -> Keys:
    """Return the keys of a scan; a capital has its Shift before it, as a wedge sends it."""
    keys: Keys = []
    for place, letter in enumerate(text):
        pause = first if place == 0 else gap
        if letter.isupper():
            keys.append(["Shift", pause, False])
            pause = 0
        keys.append([letter, pause, False])
    if end:
        keys.append([end, gap, False])
    return keys


def send(page: Page, *scans: Keys) -> None:
    page.evaluate(DEVICE, [list(itertools.chain(*scans)), 0])


@pytest.fixture
def task(visit: Visitor, live_server: LiveServer) -> Page:
    """The count of an order of tea, soap and mugs, each scan counting one package."""
    retailer.open_retailer()
    records.save_skus(
        [
            SkuRow(
                code="MILK-1",
                name="Milk",
                is_lot_tracked=True,
                barcodes=(BarcodeRow(code=GTIN[1:]),),
            )
        ],
        at=retailer.NOON,
    )
    purchase = retailer.order(("TEA-250", 400), ("SOAP-1", 400), ("MUG-1", 400))
    retailer.deliver()
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url + "/wms/receiving")
    scan(page, purchase.inbound_order_number)
    page.wait_for_url("**/wms/receiving/*")
    page.get_by_role("button", name="The first scan takes what is expected").click()
    expect(page.get_by_role("button", name="Each scan counts one package")).to_be_visible()
    return page


def expect_scans(page: Page, *skus: str) -> None:
    """Exactly these were written down, in this order, one package each."""
    last = page.locator("[data-last]")
    expect(last).not_to_be_empty()
    page.wait_for_timeout(SETTLED)
    expect(page.locator("[data-queue-unsent]")).to_be_hidden(timeout=SENT_WITHIN)
    page.wait_for_load_state("networkidle")
    found = list(ReceiptScan.objects.order_by("position").values_list("sku", flat=True))
    assert found == list(skus)
    assert set(ReceiptScan.objects.values_list("quantity", "is_damaged")) <= {(1, False)}


def test_a_scan_that_pauses_in_the_middle_is_one(task: Page) -> None:
    early = make_keys(TEA)
    early[3][1] = 90  # within the first letters
    late = make_keys(SOAP)
    late[-4][1] = 80  # when it is known as a scan
    send(task, early)
    expect(task.locator("input[name=sound]")).to_have_value("1")
    task.locator("h1").click()
    task.evaluate("document.activeElement.blur()")

    send(task, late)

    expect_scans(task, "TEA-250", "SOAP-1")


def test_capitals_with_their_shift_are_read_wherever_the_focus_is(task: Page) -> None:
    send(task, make_keys(TEA))
    field = task.locator("input[name=damaged]")
    field.click()

    send(task, make_keys(SOAP))

    expect_scans(task, "TEA-250", "SOAP-1")


def test_a_tab_at_the_end_is_as_good_as_enter_and_none_as_well(task: Page) -> None:
    send(task, make_keys(TEA, end="Tab"))
    expect(task.locator("input[name=sound]")).to_have_value("1")
    task.evaluate("document.activeElement.blur()")
    send(task, make_keys(SOAP, end="Tab"))
    # A device without a suffix: the pause after it ends the scan.
    send(task, make_keys(MUG, end=""), make_keys(TEA, end="", first=500))

    expect_scans(task, "TEA-250", "SOAP-1", "MUG-1", "TEA-250")


def test_control_characters_are_dropped_and_the_separator_is_kept(task: Page) -> None:
    dirty = [
        ["\x02", 150, False],
        *make_keys(TEA, end="", first=5),
        ["\x03", 5, False],
        ["Enter", 5, False],
    ]
    # Product, a lot of open length behind which FNC1 comes as Ctrl+], and a count of one.
    milk = [
        *make_keys(f"01{GTIN}10L-7", end="", gap=4),
        ["]", 5, True],
        *make_keys("301", first=5),
    ]
    send(task, dirty)
    expect(task.locator("input[name=sound]")).to_have_value("1")
    send(task, milk)

    expect_scans(task, "TEA-250", "MILK-1")
    assert ReceiptScan.objects.get(sku="MILK-1").lot == "L-7"


def test_twenty_scans_a_second_are_all_there_in_their_order(task: Page) -> None:
    # 60 in three seconds, of three products in turn; letters 2 ms apart.
    codes = [TEA, SOAP, MUG] * 20
    scans = []
    for code in codes:
        keys = make_keys(code, gap=2, first=0)
        took = sum(int(str(key[1])) for key in keys)
        keys[0][1] = 50 - took
        scans.append(keys)

    send(task, *scans)

    expect_scans(task, *["TEA-250", "SOAP-1", "MUG-1"] * 20)


def test_an_echo_is_no_second_package_and_a_second_package_is(task: Page) -> None:
    echo = make_keys(TEA, gap=2, first=20)
    send(task, make_keys(TEA, gap=2), echo, make_keys(TEA, gap=2, first=NEXT_PACKAGE))

    expect_scans(task, "TEA-250", "TEA-250")


def test_a_device_that_sends_on_two_channels_sends_one_scan(task: Page) -> None:
    # The keys, and the same text written into the box at once, before the Enter.
    send(task, make_keys(TEA, end=""))
    task.evaluate("text => document.execCommand('insertText', false, text)", TEA)
    send(task, [["Enter", 5, False]])
    expect(task.locator("input[name=sound]")).to_have_value("1")
    task.wait_for_timeout(NEXT_PACKAGE)

    # Without keys and without a suffix, as an intent does.
    task.locator("[data-scan]").focus()
    task.evaluate("text => document.execCommand('insertText', false, text)", SOAP)

    expect_scans(task, "TEA-250", "SOAP-1")


def test_a_scan_while_the_focus_is_lost_or_a_dialog_is_open(task: Page) -> None:
    send(task, make_keys(TEA))
    expect(task.locator("input[name=sound]")).to_have_value("1")
    keys = make_keys(SOAP)
    send(task, keys[:4])
    # Something else takes the focus in the middle of a scan.
    task.evaluate("document.activeElement.blur()")
    send(task, keys[4:])
    expect_scans(task, "TEA-250", "SOAP-1")

    task.get_by_role("button", name="Post receipt").first.click()
    expect(task.get_by_role("dialog")).to_be_visible()
    send(task, make_keys(MUG))

    expect_scans(task, "TEA-250", "SOAP-1", "MUG-1")
    # What is counted has changed since it was asked: nothing was posted.
    expect(task.get_by_role("dialog")).to_be_hidden()


def test_what_is_scanned_during_a_slow_answer_waits_in_line(task: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    task.route("**/wms/receiving/*", hold, times=1)
    send(task, make_keys(TEA), make_keys(SOAP), make_keys(MUG))
    assert ReceiptScan.objects.count() == 0

    # A step that builds on the scans waits for them as well.
    task.get_by_role("button", name="Undo").click()
    while not held:
        task.wait_for_timeout(20)
    held[0].continue_()

    expect(task.get_by_text("Taken back: MUG-1")).to_be_visible()
    expect_scans(task, "TEA-250", "SOAP-1", "MUG-1")
    assert ReceiptScan.objects.exclude(undone_at=None).get().sku == "MUG-1"


def test_goods_scanned_before_the_page_has_changed_are_counted_on_the_next(
    visit: Visitor, live_server: LiveServer
) -> None:
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 40), ("SOAP-1", 40))
    retailer.deliver()
    page = visit(Role.WAREHOUSE_WORKER, sites=["W1"])
    page.goto(live_server.url + "/wms/receiving")

    send(page, make_keys(purchase.inbound_order_number, gap=2), make_keys(TEA, gap=2, first=0))
    page.wait_for_url("**/wms/receiving/*")

    expect(page.get_by_text("+40")).to_be_visible()
    assert list(ReceiptScan.objects.values_list("sku", "quantity")) == [("TEA-250", 40)]
