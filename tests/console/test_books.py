"""
Goal: three books of one SKU stand side by side at one watermark, and every number opens.

The goods are those of the first goods: received in W1, sold in S12, told by messages.
"""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client, an_actor
from yipan.access.roles import Role
from yipan.console import books
from yipan.console.books import SiteComparison
from yipan.ledger import queries as ledger

#: Each posting in a transaction of its own: a statement tells them apart by their instants.
pytestmark = pytest.mark.django_db(transaction=True)

TEA = "TEA-250"


@pytest.fixture(autouse=True)
def _goods() -> None:
    """95 sound and 2 damaged in W1, heard by the hub; 10 in S12, of which 3 were sold."""
    retailer.open_retailer()
    purchase = retailer.order((TEA, 100))
    retailer.deliver()
    retailer.receive(purchase.inbound_order_number, (TEA, 95, 2))
    retailer.open_store("S12", (TEA, 10))
    retailer.deliver()
    retailer.sell((TEA, 3))


@pytest.fixture
def controller() -> Client:
    return a_client(Role.INVENTORY_CONTROLLER)


def compare(site: str) -> SiteComparison:
    accounts = books.list_visible_accounts(sku=TEA, actor=an_actor(Role.INVENTORY_CONTROLLER))
    [found] = [row for row in books.compare_sites(accounts, sku=TEA) if row.site.code == site]
    return found


def test_what_is_under_way_is_no_difference() -> None:
    store = compare("S12")

    assert (store.hub, store.own, store.under_way, store.difference) == (10, 7, -3, 0)
    assert store.state == "behind"
    assert store.waiting == 1


def test_books_that_heard_everything_are_level() -> None:
    retailer.deliver()

    store, warehouse = compare("S12"), compare("W1")

    assert (store.hub, store.own, store.state) == (7, 7, "level")
    assert (warehouse.hub, warehouse.own, warehouse.state) == (97, 97, "level")
    assert [(row.group, row.hub) for row in warehouse.groups] == [("sound", 95), ("damaged", 2)]


def test_a_book_that_says_other_than_its_messages_differs() -> None:
    retailer.deliver()
    retailer.post_by_hand("pos:S12", "found/1/post", "on_hand/shop_floor/available", 2)

    store = compare("S12")

    assert (store.hub, store.own, store.difference, store.state) == (7, 9, 2, "differs")


def test_the_page_says_in_one_sentence_how_the_books_stand(controller: Client) -> None:
    behind = controller.get(f"/books/{TEA}").content.decode()
    retailer.deliver()
    level = controller.get(f"/books/{TEA}").content.decode()

    assert "one site has told the hub of −3 that it has not booked yet" in behind
    assert "The hub and all 2 sites that hold it agree to the last message." in level


def test_numbers_open_into_postings_document_message_and_person(controller: Client) -> None:
    page = controller.get(f"/books/{TEA}").content.decode()
    assert f"/books/erp/{TEA}/postings?account=on_hand/W1" in page

    statement = controller.get(f"/books/erp/{TEA}/postings?account=on_hand/W1/damaged")
    [row] = statement.context["statement"].rows
    assert (row.effect, row.balance, row.movement.header.actor) == (2, 2, "wang.worker")
    origin = row.movement.header.origin
    assert f"/books/erp/posting/{origin}" in statement.content.decode()

    posting = controller.get(f"/books/erp/posting/{origin}").content.decode()
    assert "wms:W1/stock #1" in posting
    assert "/exchange/messages/wms:W1/stock/1" in posting
    assert "wang.worker" in posting
    assert "handheld-7" in posting
    assert "/books/wms:W1/posting/" in posting

    message = controller.get("/exchange/messages/wms:W1/stock/1").content.decode()
    assert "wms.goods_received.v1" in message
    assert f"/books/erp/posting/{origin}" in message


def test_a_statement_runs_backwards_from_what_is_there_now() -> None:
    retailer.sell((TEA, 1))
    retailer.deliver()
    client = a_client(Role.INVENTORY_CONTROLLER)

    first = client.get("/books/pos:S12/TEA-250/postings").context["statement"].rows

    assert [(row.effect, row.balance) for row in first] == [(-1, 6), (-3, 7), (10, 10)]


def test_a_statement_is_read_page_by_page_without_gap_or_repeat(
    controller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        retailer.sell((TEA, 1))
    monkeypatch.setattr("yipan.console.views.postings.ROWS_PER_PAGE", 2)
    seen: list[tuple[int, int]] = []
    before = ""

    while True:
        page = controller.get("/books/pos:S12/TEA-250/postings", {"before": before})
        seen += [(row.effect, row.balance) for row in page.context["statement"].rows]
        before = page.context["statement"].next_before
        if not before:
            break

    assert seen == [(-1, 3), (-1, 4), (-1, 5), (-1, 6), (-3, 7), (10, 10)]


def test_a_statement_can_be_taken_along_as_a_file(controller: Client) -> None:
    response = controller.get(f"/books/wms:W1/{TEA}/postings?format=csv")

    assert response["Content-Disposition"] == ('attachment; filename="wms-W1-TEA-250-postings.csv"')
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["2", "95"]
    assert rows[1][7:9] == ["wang.worker", "handheld-7"]


def test_the_list_shows_what_each_kind_of_book_has(controller: Client) -> None:
    page = controller.get("/books/")

    [row] = [row for row in page.context["rows"] if row.sku.code == TEA]
    assert (row.hub, row.warehouses, row.stores, row.gap) == (107, 97, 7, 3)
    [empty] = [row for row in page.context["rows"] if row.sku.code == "RICE-5"]
    assert (empty.hub, empty.warehouses, empty.stores, empty.gap) == (None, None, None, None)


def test_the_list_can_be_taken_along_as_a_file(controller: Client) -> None:
    response = controller.get("/books/?format=csv")

    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert ["TEA-250", "TEA-250 goods", "107", "97", "7", "3"] in rows
    assert len(rows) == 6


def test_an_exact_code_or_barcode_opens_the_books_at_once(controller: Client) -> None:
    by_code = controller.get("/books/", {"q": TEA.lower()})
    by_word = controller.get("/books/", {"q": "goods"})

    assert (by_code.status_code, by_code["Location"]) == (303, f"/books/{TEA}")
    assert len(by_word.context["rows"]) == 5


def test_a_clerk_sees_the_own_store_and_nothing_of_others() -> None:
    clerk = a_client(Role.STORE_CLERK, sites=["S12"])

    compared = clerk.get(f"/books/{TEA}")
    listed = clerk.get("/books/")

    assert [row.site.code for row in compared.context["sites"]] == ["S12"]
    assert "W1" not in compared.content.decode()
    [row] = [row for row in listed.context["rows"] if row.sku.code == TEA]
    assert (row.hub, row.warehouses, row.stores) == (10, None, 7)
    assert clerk.get(f"/books/wms:W1/{TEA}/postings").status_code == 404
    assert clerk.get(f"/books/pos:S12/{TEA}/postings").status_code == 200
    origin = ledger.list_postings(book="wms:W1", limit=1)[0].origin
    assert clerk.get(f"/books/wms:W1/posting/{origin}").status_code == 404


def test_what_is_not_there_is_not_found(controller: Client) -> None:
    assert controller.get("/books/NOTHING").status_code == 404
    assert controller.get("/books/erp/NOTHING/postings").status_code == 404
    assert controller.get("/books/nobook/TEA-250/postings").status_code == 404
    assert controller.get("/books/erp/posting/goods_receipt/NONE/post").status_code == 404


def test_the_chart_tells_each_kind_of_book_in_its_color(controller: Client) -> None:
    answer = controller.get(f"/books/{TEA}/chart?time=recorded").json()

    color = answer["spec"]["layer"][0]["encoding"]["color"]["scale"]
    assert color == {
        "domain": ["ERP hub", "Warehouses", "Stores"],
        "range": ["var(--book-erp)", "var(--book-wms)", "var(--book-pos)"],
    }
    stores = [
        (row["value"], row["event"])
        for row in answer["spec"]["data"]["values"]
        if row["series"] == "Stores"
    ]
    assert stores == [(10, True), (7, True), (7, False)]
