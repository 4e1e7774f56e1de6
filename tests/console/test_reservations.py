"""Goal: who sees "Reserved 12" finds for whom, and gives back with a reason what nobody needs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.access.builders import a_person
from tests.oms.ordering import buy, open_shop
from tests.pool.selling import NOON, a_wish, bring, open_pool
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.ledger import queries as ledger
from yipan.ledger.moves import Trace
from yipan.pool import promises, queries
from yipan.pool.queries import PromiseFilter, list_promises

pytestmark = pytest.mark.django_db

DESK = Trace(actor="mei.desk")


def a_client(role: Role, *, sites: Sequence[str] = ()) -> Client:
    client = Client()
    client.force_login(a_person(role, username=f"a.{role}", sites=list(sites)))
    return client


def set_aside(
    name: str, quantity: int, *, at: datetime = NOON, site: str = "W1", sku: str = "SCARF"
) -> str:
    promises.reserve(
        ask=a_wish(f"rsv_{name}", quantity, sku=sku, site=site, external_id=name), at=at
    )
    return f"rsv_{name}"


@pytest.fixture
def pool() -> None:
    open_pool("SCARF", "HAT")
    bring("SCARF", W1=100, S1=50)
    bring("HAT", W1=10)


def names(which: PromiseFilter, **page: object) -> list[str]:
    rows = list_promises(which, **page)  # type: ignore[arg-type]
    return [row.detail.external_id for row in rows]


@pytest.mark.usefixtures("pool")
def test_a_list_is_filtered_and_read_on_by_its_cursor() -> None:
    old = NOON - timedelta(days=9)
    set_aside("A-1", 1, at=old)
    set_aside("A-2", 2, site="S1")
    set_aside("B-1", 3)
    set_aside("H", 1, sku="HAT")

    assert names(PromiseFilter()) == ["A-1", "A-2", "B-1", "H"]
    assert names(PromiseFilter(sku="SCARF", site="W1")) == ["A-1", "B-1"]
    assert names(PromiseFilter(before=NOON - timedelta(days=7))) == ["A-1"]
    assert names(PromiseFilter(text="A-")) == ["A-1", "A-2"]
    assert names(PromiseFilter(channel="app")) == []
    assert names(PromiseFilter(state="held")) == []
    assert names(PromiseFilter(sites={"S1"})) == ["A-2"]
    first = list_promises(PromiseFilter(), limit=3)
    assert names(PromiseFilter(), after=first[-1].cursor, limit=3) == ["H"]


@pytest.mark.usefixtures("pool")
def test_the_api_lists_what_stands_and_what_was_given_back() -> None:
    number = set_aside("A-1", 4)
    set_aside("A-2", 1, at=timezone.now())
    client = a_client(Role.ORDER_DESK)

    told = client.get("/api/v1/reservations?sku=SCARF&older_than_hours=24&limit=1").json()

    [row] = told["data"]
    assert (row["number"], row["external_id"], row["created_by"]) == (number, "A-1", "key:shop")
    assert row["lines"][0]["quantity"] == 4
    assert told["next_cursor"] is not None
    page = f"/api/v1/reservations?older_than_hours=24&cursor={told['next_cursor']}"
    assert client.get(page).json() == {"data": [], "next_cursor": None}
    assert client.get("/api/v1/holds").json()["data"] == []
    assert client.get("/api/v1/reservations?state=refused").status_code == 422
    promises.let_go(number=number, sites=None, by=Trace(actor="mei", reason="gone"), at=NOON)
    [gone] = client.get("/api/v1/reservations?state=released").json()["data"]
    assert gone["number"] == number


def test_the_reserved_figure_leads_to_who_it_is_for_and_since_when() -> None:
    open_shop(w1=20)
    set_aside("SHOP-77", 12, sku="TEA-250")
    number = buy().number
    controller = a_client(Role.INVENTORY_CONTROLLER)

    waterfall = controller.get("/pool/sellable?sku=TEA-250").content.decode()
    assert "/pool/reservations?state=reserved&amp;sku=TEA-250" in waterfall
    stock = controller.get("/erp/stock?q=TEA-250").content.decode()
    address = "/pool/reservations?state=reserved&amp;sku=TEA-250&amp;site=W1"
    assert address in stock
    account = controller.get("/books/erp/TEA-250/postings?account=on_hand/W1/reserved")
    assert address in account.content.decode()

    page = controller.get("/pool/reservations?state=reserved&sku=TEA-250&site=W1").content.decode()
    assert "SHOP-77" in page
    assert f"/oms/orders/{number}" in page
    assert 'value="rsv_SHOP-77"' in page
    # What an open order counts on is not to be chosen.
    assert f'value="rsv_{number}' not in page


def test_what_is_given_back_says_why_and_an_order_keeps_what_it_counts_on() -> None:
    open_shop(w1=20)
    stale = set_aside("SHOP-77", 12, sku="TEA-250")
    [part] = [it.promise for it in buy().fulfillments]
    controller = a_client(Role.INVENTORY_CONTROLLER)
    form: dict[str, object] = {"number": [stale, part]}

    preview = controller.post("/pool/reservations/release", form).content.decode()

    assert "reservation.counted_on" in preview
    assert queries.get_promise(stale).state == "reserved"
    without = controller.post("/pool/reservations/release", form | {"go": "1"}).content.decode()
    assert "reservation.reason_missing" in without
    assert queries.get_promise(stale).state == "reserved"

    controller.post("/pool/reservations/release", form | {"go": "1", "reason": "Shop forgot it"})

    assert queries.get_promise(stale).state == "released"
    assert queries.get_promise(part).state == "reserved"
    posting = ledger.get_posting(book="erp", origin=f"promise/{stale}/release")
    assert (posting.header.actor, posting.header.reason) == (
        "a.inventory_controller",
        "Shop forgot it",
    )
    [step] = trail.list_steps(document_type="promise", number=stale)
    assert (step.from_state, step.to_state, step.reason, step.sites) == (
        "reserved",
        "released",
        "Shop forgot it",
        ("W1",),
    )
    again = controller.post("/pool/reservations/release", form | {"go": "1", "reason": "Twice"})
    assert "reservation.wrong_state" in again.content.decode()
    assert len(trail.list_steps(document_type="promise", number=stale)) == 1


@pytest.mark.usefixtures("pool")
def test_a_store_sees_and_gives_back_nothing_of_others() -> None:
    elsewhere = set_aside("SHOP-77", 12)
    set_aside("MINE", 1, site="S1")
    clerk = a_client(Role.STORE_CLERK, sites=["S1"])

    page = clerk.get("/pool/reservations").content.decode()

    assert "MINE" in page
    assert "SHOP-77" not in page
    assert 'form="many"' not in page
    answer = clerk.post("/pool/reservations/release", {"number": elsewhere, "go": "1"})
    assert answer.status_code == 403
    assert queries.get_promise(elsewhere).state == "reserved"
