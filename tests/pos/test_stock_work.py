"""Goal: what lies in a store in whatever status has a way out, from the place where it lies."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests import retailer
from tests.access.builders import a_client
from tests.pages import squeeze
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.access.roles import Role
from yipan.exchange.envelopes import seal
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.messages.erp import AdjustmentOrdered, OrderedAdjustmentLine
from yipan.pos.documents import place_move
from yipan.pos.documents.place_move import Carried, StatusNotCarried
from yipan.pos.models import PlaceMove, StoreAdjustment
from yipan.pos.rules import Moved
from yipan.pos.rules.places import share_out

#: Status to where it lies in the store of these tests, and how much.
LYING = {
    "shop_floor/available": 10,
    "backroom/quarantine": 3,
    "backroom/damaged": 4,
    "backroom/blocked": 5,
    "display/blocked": 2,
}


@pytest.fixture
def clerk() -> Client:
    retailer.open_retailer()
    for book, places in (("pos:S12", LYING), ("erp", {"S12/quarantine": 3, "S12/damaged": 4})):
        lay(book, places)
    return a_client(Role.STORE_MANAGER, username="fang", sites=["S12"])


def lay(book: str, places: dict[str, int]) -> None:
    posting.post_fact(
        book=book,
        posting=FactPosting(
            origin=f"opening/{book}/post",
            occurred_at=NOON,
            moves=[
                Move(
                    sku="TEA-250",
                    from_account="opening",
                    to_account=f"on_hand/{place}",
                    quantity=quantity,
                )
                for place, quantity in places.items()
            ],
            trace=Trace(actor="chen.clerk"),
        ),
    )


def post(client: Client, position: str, tile: str, quantity: int = 2) -> int:
    answered = client.post(
        "/pos/stock-work?site=S12",
        {"sku": "TEA-250", "from": position, "tile": tile, "quantity": quantity},
    )
    return answered.status_code


def lying(account: str) -> int:
    return stock("pos:S12", f"on_hand/{account}")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("position", "tile", "account"),
    [
        ("backroom/quarantine", "sound", "on_hand/backroom/available"),
        ("backroom/quarantine", "damage", "on_hand/backroom/damaged"),
        ("backroom/quarantine", "scrap", "scrap"),
        ("backroom/quarantine", "to_supplier", "on_hand/backroom/blocked"),
        ("backroom/quarantine", "to_floor", "on_hand/shop_floor/quarantine"),
        ("backroom/damaged", "scrap", "scrap"),
        ("backroom/damaged", "sound", "on_hand/backroom/available"),
        ("backroom/damaged", "to_supplier", "on_hand/backroom/blocked"),
        ("backroom/blocked", "sound", "on_hand/backroom/available"),
        ("backroom/blocked", "scrap", "scrap"),
        ("display/blocked", "display_back", "on_hand/shop_floor/available"),
        ("shop_floor/available", "damage", "on_hand/shop_floor/damaged"),
    ],
)
def test_goods_go_from_where_they_lie(
    clerk: Client, position: str, tile: str, account: str
) -> None:
    before = stock("pos:S12", account)

    answered = post(clerk, position, tile)

    assert answered == 302
    assert lying(position) == LYING[position] - 2
    assert stock("pos:S12", account) == before + 2


@pytest.mark.django_db
def test_a_verdict_on_what_was_to_be_looked_at_reaches_the_hub(clerk: Client) -> None:
    post(clerk, "backroom/quarantine", "sound", 3)
    post(clerk, "backroom/damaged", "scrap", 4)
    deliver()
    deliver()

    assert stock("erp", "on_hand/S12/quarantine") == stock("erp", "on_hand/S12/damaged") == 0
    assert stock("erp", "on_hand/S12/available") == 3
    assert stock("erp", "scrap") == 4


@pytest.mark.django_db
def test_a_step_that_does_not_fit_the_position_changes_nothing(clerk: Client) -> None:
    for position, tile in (
        ("shop_floor/available", "sound"),
        ("pickup_shelf/reserved", "scrap"),
        ("cellar/damaged", "scrap"),
        ("display/blocked", "to_floor"),
    ):
        assert post(clerk, position, tile) == 422

    assert StoreAdjustment.objects.count() == PlaceMove.objects.count() == 0
    assert {place: lying(place) for place in LYING} == LYING


@pytest.mark.django_db
def test_the_page_offers_what_fits_where_the_goods_lie(clerk: Client) -> None:
    usual = squeeze(clerk.get("/pos/stock-work?site=S12&scan=TEA-250").content)
    chosen = squeeze(
        clerk.get("/pos/stock-work?site=S12&scan=TEA-250&from=backroom/quarantine").content
    )

    assert 'name="from"value="shop_floor/available"' in usual.replace('" value', '"value')
    assert 'value="sound"' not in usual
    assert "from=backroom/blocked" in usual
    assert 'value="sound"' in chosen
    assert 'value="sample"' not in chosen


@pytest.mark.django_db
def test_the_stock_page_lists_what_is_not_for_sale_and_leads_to_the_work(clerk: Client) -> None:
    apart = squeeze(clerk.get("/pos/stock?site=S12&apart=1").content)

    assert "from=backroom/quarantine" in apart
    assert apart.count("TEA-250 goods") == 4


@pytest.mark.django_db
def test_what_waits_for_a_customer_is_not_carried_about() -> None:
    retailer.open_retailer()
    carried = Carried(
        from_place="backroom",
        to_place="shop_floor",
        status="reserved",
        lines=[Moved(sku="TEA-250", quantity=1)],
    )

    with pytest.raises(StatusNotCarried):
        place_move.post(site="S12", carried=carried, by=CLERK, at=NOON)

    assert PlaceMove.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("clerk")
def test_what_the_hub_orders_is_taken_from_where_it_lies() -> None:
    ordered = AdjustmentOrdered(
        message_id=make_id("ordered"),
        occurred_at=NOON,
        adjustment_number="HA-2026-000001",
        site="S12",
        adjustment_type="scrap",
        lines=(
            OrderedAdjustmentLine(line=1, sku="TEA-250", quantity=3, from_status="quarantine"),
            OrderedAdjustmentLine(line=2, sku="TEA-250", quantity=6, from_status="blocked"),
        ),
        ordered_by="zhao.controller",
    )

    [reply] = retailer.hear("pos", seal(ordered, source="erp:hub/orders:S12", sequence=1))

    assert reply.state == "applied"
    assert lying("backroom/quarantine") == 0
    assert (lying("backroom/blocked"), lying("display/blocked")) == (0, 1)
    assert lying("shop_floor/quarantine") == lying("shop_floor/blocked") == 0
    assert stock("pos:S12", "scrap") == 9


@given(
    quantity=st.integers(1, 50),
    lying_there=st.dictionaries(
        st.sampled_from(["shop_floor", "backroom", "display"]), st.integers(-20, 40)
    ),
)
def test_shares_add_up_and_overdraw_one_place_only_where_all_are_short(
    quantity: int, lying_there: dict[str, int]
) -> None:
    shares = dict(share_out(quantity, lying=lying_there))

    assert sum(shares.values()) == quantity
    assert all(share > 0 for share in shares.values())
    there = {place: max(lying_there.get(place, 0), 0) for place in {*lying_there, *shares}}
    overdrawn = [place for place, share in shares.items() if share > there[place]]
    assert len(overdrawn) == (1 if quantity > sum(there.values()) else 0)
