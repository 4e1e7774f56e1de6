"""What the hub hears beside stock: moved cash, and how far a warehouse is with a transfer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests import retailer
from tests.access.builders import a_client
from tests.erp import moving
from tests.retailer import CLERK, NOON, deliver, make_id, stock
from yipan.access.roles import Role
from yipan.documents import trail
from yipan.erp.models import CashMove, TransferShortage
from yipan.erp.queries.cash_sheets import list_cash_sheets
from yipan.erp.queries.transfer_picking import get_picking
from yipan.exchange.models import InboxMessage
from yipan.messages import pos, wms
from yipan.pos.documents import store_day
from yipan.pos.documents.store_day import Cash

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()


def move_cash(cash_type: str, amount_minor: int) -> None:
    store_day.move_cash(
        till="S12-1",
        cash=Cash(cash_type=cash_type, amount_minor=amount_minor),
        by=CLERK,
        at=NOON,
        message_id=make_id(f"{cash_type} {amount_minor}"),
    )


def test_cash_a_store_moves_stands_on_its_sheet_and_is_compared_when_the_day_is_sealed() -> None:
    retailer.sell(("TEA-250", 1))
    move_cash("float", 50_000)
    move_cash("pay_out", 1_200)
    move_cash("drop", 20_000)
    deliver()

    [sheet] = list_cash_sheets(first=DAY, last=DAY)
    assert (sheet.site.code, sheet.till, sheet.business_date) == ("S12", "S12-1", DAY)
    assert (sheet.float_minor, sheet.paid_out_minor, sheet.dropped_minor) == (50_000, 1_200, 20_000)
    assert sheet.moved_minor == 28_800
    assert sheet.expected_minor is None
    assert [move.cash_type for move in sheet.moves] == ["float", "pay_out", "drop"]

    store_day.seal(
        till="S12-1", day=DAY, counted={"cash": 35_000}, by=CLERK, at=NOON, message_id=make_id("s")
    )
    deliver()

    [sealed] = list_cash_sheets(first=DAY, last=DAY)
    assert sealed.expected_minor is not None
    assert sealed.counted_minor == 35_000
    assert sealed.difference_minor == 35_000 - sealed.expected_minor
    assert list_cash_sheets(first=DAY, last=DAY, sites=frozenset({"S1"})) == []
    page = a_client(Role.FINANCE).get("/erp/cash-sheets?on=2026-03-02").content.decode()
    assert "S12-1" in page
    assert "500.00" in page


def a_cash_move(**changes: object) -> pos.CashMoved:
    fields: dict[str, object] = {
        "message_id": make_id(f"cash {sorted(changes.items())}"),
        "occurred_at": NOON,
        "document_number": "CM-1",
        "site": "S12",
        "till": "S12-1",
        "business_date": "2026-03-02",
        "cash_type": "drop",
        "amount_minor": 100,
    }
    return pos.CashMoved(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cash_type": "gift"}, "cash_move.type_unknown"),
        ({"amount_minor": 0}, "document.quantity_not_plausible"),
        ({"amount_minor": 10**13}, "document.quantity_not_plausible"),
        ({"business_date": "today"}, "document.date_unreadable"),
        ({"site": "S1"}, "document.site_mismatch"),
    ],
)
def test_cash_that_cannot_be_waits_for_a_person(changes: dict[str, object], code: str) -> None:
    moving.tell("pos:S12/cash", a_cash_move(**changes))
    deliver()

    heard = InboxMessage.objects.filter(kind="pos.cash_moved.v1", receiver="erp")
    assert [row.code for row in heard] == [code]
    assert CashMove.objects.count() == 0


def test_a_number_of_cash_used_again_for_another_amount_waits_too() -> None:
    moving.tell("pos:S12/cash", a_cash_move())
    moving.tell("pos:S12/cash", a_cash_move(reason="told again"))
    moving.tell("pos:S12/cash", a_cash_move(amount_minor=200))
    deliver()

    assert CashMove.objects.get().amount_minor == 100
    codes = [row.code for row in InboxMessage.objects.filter(kind="pos.cash_moved.v1")]
    assert sorted(code for code in codes if code) == ["document.number_reused"]


def a_progress(transfer: str, state: str, *, minutes: int) -> wms.OutboundProgressed:
    return wms.OutboundProgressed(
        message_id=make_id(f"{transfer} {state}"),
        # Later than what the warehouse told by itself when it heard of the transfer.
        occurred_at=datetime(2099, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes),
        outbound_order_number=f"OUT-{transfer}",
        document_number=transfer,
        site="W1",
        state=state,
    )


def a_shortage(transfer: str, **changes: object) -> wms.PickShorted:
    fields: dict[str, object] = {
        "message_id": make_id(f"{transfer} short"),
        "occurred_at": NOON,
        "outbound_order_number": f"OUT-{transfer}",
        "document_number": transfer,
        "site": "W1",
        "line": 1,
        "sku": "TEA-250",
        "quantity_found": 7,
        "quantity_missing": 3,
        "place": "A-01-01",
        "count_task": "CT-W1-1",
        "picked_by": "wang.worker",
    }
    return wms.PickShorted(**(fields | changes))  # type: ignore[arg-type]


def test_the_transfer_says_how_far_its_sender_is_whatever_comes_first() -> None:
    number = moving.release(("TEA-250", 10)).number
    moving.tell("wms:W1/orders", a_progress(number, "picking", minutes=9))
    moving.tell("wms:W1/orders", a_progress(number, "to_pick", minutes=1))
    moving.tell("wms:W1/orders", a_progress("SO-1", "picking", minutes=1))
    deliver()

    assert get_picking(number).state == "picking"
    assert (
        InboxMessage.objects.filter(kind="wms.outbound_progressed.v1").exclude(code="").count() == 0
    )


def test_a_short_pick_is_seen_on_the_transfer_and_moves_nothing() -> None:
    number = moving.release(("TEA-250", 10)).number
    moving.tell("wms:W1/orders", a_shortage(number))
    moving.tell("wms:W1/orders", a_shortage("SO-1", message_id=make_id("of an order")))
    deliver()

    [row] = get_picking(number).shortages
    assert (row.sku.code, row.quantity_found, row.quantity_missing) == ("TEA-250", 7, 3)
    assert TransferShortage.objects.count() == 1
    steps = trail.list_steps(document_type="transfer_order", number=number)
    assert (steps[-1].step, steps[-1].to_state) == ("short", "released")
    assert stock("erp", f"in_transit/{number}/available") == 0
    planner = a_client(Role.PLANNER)
    page = planner.get(f"/erp/transfers/{number}").content.decode()
    assert "A-01-01" in page
    assert "CT-W1-1" in page
    listed = planner.get("/erp/transfers?state=short").content.decode()
    assert number in listed
    assert "picked short" in listed


def test_a_shortage_of_another_warehouse_waits() -> None:
    number = moving.release(("TEA-250", 10)).number
    moving.tell("wms:W2/orders", a_shortage(number))
    deliver()

    assert TransferShortage.objects.count() == 0
