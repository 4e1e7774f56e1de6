"""Adjusting on a handheld: of which of the goods that lie there, and who uses them."""

from __future__ import annotations

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from tests.retailer import NOON, RECEIVER, make_id, stock
from tests.wms import sending
from yipan.access.roles import Role
from yipan.wms.documents.stock import adjustment
from yipan.wms.documents.stock.adjustment import Added, Kind
from yipan.wms.models import Adjustment

pytestmark = pytest.mark.django_db

SOUND = "on_hand/A-01-01/available"
DAMAGED = "on_hand/A-01-02/damaged"


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    sending.stock_bins(("A-01-01", "TEA-250", 40), ("A-01-02", "TEA-250", 10))


@pytest.fixture
def hands() -> Client:
    client = Client()
    client.force_login(a_person(Role.WAREHOUSE_LEAD, sites=["W1"]))
    return client


def turn(quantity: int, status: str) -> None:
    """Let some of what lies in A-01-02 have another status."""
    number = adjustment.open_draft(site="W1", by=RECEIVER, at=NOON).number
    adjustment.create_and_post(
        opening=Adjustment.objects.get(number=number),
        kind=Kind(adjustment_type="status_change", to_status=status),
        lines=[Added(sku="TEA-250", bin_code="A-01-02", quantity=quantity)],
        by=RECEIVER,
        at=NOON,
        message_id=make_id(f"{number} {status}"),
    )


def begin(hands: Client) -> str:
    hands.post("/wms/adjusting?site=W1", {"scan": "69TEA-250"})
    return Adjustment.objects.order_by("-id").values_list("number", flat=True)[0]


def do(hands: Client, number: str, **said: str) -> str:
    answer = hands.post(f"/wms/adjusting/{number}", said, headers={"HX-Request": "true"})
    return answer.content.decode()


def finish(hands: Client, number: str, **said: str) -> list[str]:
    answer = hands.post(f"/wms/adjusting/{number}/finish", said)
    return [str(each) for each in get_messages(answer.wsgi_request)]


def get_line(number: str) -> tuple[str, str, int]:
    line = Adjustment.objects.get(number=number).lines.get()
    return line.bin_code, line.from_status, line.quantity


def test_damaged_goods_are_scrapped_by_scanning_their_bin_though_sound_ones_lie_elsewhere(
    hands: Client,
) -> None:
    turn(10, "damaged")
    number = begin(hands)
    assert get_line(number) == ("A-01-01", "available", 1)

    assert "From A-01-02." in do(hands, number, scan="A-01-02")
    # Another piece is of the same: the product lies where somebody said.
    do(hands, number, scan="69TEA-250")
    do(hands, number, kind="scrap")
    finish(hands, number)

    assert get_line(number) == ("A-01-02", "damaged", 2)
    assert stock("wms:W1", DAMAGED) == 8
    assert stock("wms:W1", "on_hand/A-01-02/available") == 0
    assert stock("wms:W1", SOUND) == 40


def test_where_several_lie_in_the_bin_somebody_chooses(hands: Client) -> None:
    turn(4, "blocked")
    turn(1, "damaged")
    number = begin(hands)

    page = do(hands, number, scan="A-01-02")

    assert "Choose which of them." in page
    assert all(f'value="{each}/"' in page for each in ("available", "blocked", "damaged"))
    do(hands, number, line="1", place="blocked/")
    assert get_line(number) == ("A-01-02", "blocked", 1)
    # What does not lie there is nothing to choose.
    assert "Nothing of this product lies there" in do(hands, number, line="1", place="quarantine/")
    assert get_line(number) == ("A-01-02", "blocked", 1)


def test_back_on_sale_takes_what_is_not_on_sale(hands: Client) -> None:
    turn(3, "blocked")
    number = begin(hands)

    do(hands, number, kind="available")
    [said] = finish(hands, number)

    assert get_line(number) == ("A-01-02", "blocked", 1)
    assert said == f"{number} is beyond the limit: the hub decides."
    assert Adjustment.objects.get(number=number).state == "submitted"


def test_a_bin_of_which_the_book_knows_nothing_is_booked_all_the_same(hands: Client) -> None:
    number = begin(hands)

    assert "where the book knows none" in do(hands, number, scan="RECV-01")
    do(hands, number, kind="scrap")
    finish(hands, number)

    assert stock("wms:W1", "on_hand/RECV-01/available") == -1


def test_who_uses_goods_has_to_be_said(hands: Client) -> None:
    number = begin(hands)
    page = do(hands, number, kind="sample_issue")
    assert 'name="cost_center"' in page

    [said] = finish(hands, number, cost_center=" ", reason="Photographs.")
    assert said.startswith("Goods used inside the company are used by somebody")
    assert stock("wms:W1", "sample") == 0

    finish(hands, number, cost_center="MARKETING", reason="Photographs.")
    posted = Adjustment.objects.get(number=number)
    assert (posted.state, posted.cost_center, posted.reason) == (
        "posted",
        "MARKETING",
        "Photographs.",
    )
    assert stock("wms:W1", "sample") == 1
    assert "MARKETING" in hands.get(f"/wms/adjustments/{number}").content.decode()


def test_what_is_scrapped_names_no_cost_center(hands: Client) -> None:
    number = begin(hands)
    assert 'name="cost_center"' not in do(hands, number, kind="scrap")

    finish(hands, number, cost_center="MARKETING", reason="Torn.")

    posted = Adjustment.objects.get(number=number)
    assert (posted.cost_center, posted.reason) == ("", "Torn.")
