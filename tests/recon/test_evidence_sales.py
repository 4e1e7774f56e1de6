"""Live sales say how they were captured; kits name their parts; confirmed thefts name hot goods."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, make_id
from yipan.ledger.moves import Trace
from yipan.masterdata import records
from yipan.masterdata.queries import find_skus, get_sku
from yipan.messages.till import TicketLine
from yipan.pool.policy import channels as policy
from yipan.pos.documents import register
from yipan.pos.documents.register import Sale
from yipan.recon.documents import counting
from yipan.recon.documents.counting import Counted
from yipan.recon.models import Case, CaseCorrection, CaseKind, CaseState
from yipan.recon.queries.evidence import gather
from yipan.recon.queries.learned import count_keys, find_hot
from yipan.recon.rules import Difference, Key

pytestmark = pytest.mark.django_db

EVE = Trace(actor="eve.counter")
LATER = NOON + timedelta(hours=5)


@pytest.fixture(autouse=True)
def _store() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 40), ("MUG-1", 40), ("SOAP-1", 9))
    retailer.deliver()


def sell(number: int, *lines: TicketLine) -> None:
    sale = Sale(message_id=make_id(f"ticket {number}"), lines=lines)
    register.close_ticket(
        site="S12", till_code="S12-1", sale=sale, by=CLERK, at=NOON + timedelta(minutes=number)
    )


def a_line(
    sku: str, quantity: int, *, mode: str = "scan", is_multiplied: bool = False
) -> TicketLine:
    return TicketLine(
        line=1, sku=sku, quantity=quantity, capture_mode=mode, multiplier_used=is_multiplied
    )


def ask(sku: str, *, quantity: int = -2, since: datetime = NOON) -> Difference:
    return Difference(
        key=Key(site="S12", sku=sku, place="shop_floor"),
        quantity=quantity,
        since=since,
        counted_at=LATER,
        stock=0,
    )


def count(quantity: int, *, sku: str) -> Case:
    seen = Counted(
        line=1,
        sku=sku,
        quantity=quantity,
        counted_at=LATER,
        place="shop_floor",
        counter="eve.counter",
    )
    counting.record(count_number=f"CN-{sku}", site="S12", lines=[seen], by=EVE, at=LATER)
    return Case.objects.exclude(state=CaseState.CLOSED).get(site="S12", sku=sku)


def test_a_sale_says_how_it_was_rung_up() -> None:
    sell(1, a_line("TEA-250", 1))
    sell(2, a_line("TEA-250", 12, mode="key"))
    sell(3, a_line("TEA-250", 6, is_multiplied=True))
    retailer.deliver()

    lines = gather([ask("TEA-250")]).lines[ask("TEA-250").key]

    assert {(line.quantity, line.mode, line.uses_multiplier) for line in lines} == {
        (-1, "scan", False),
        (-12, "key", False),
        (-6, "scan", True),
    }


def test_only_the_largest_of_many_sales_are_opened() -> None:
    for number in range(1, 43):
        sell(number, a_line("TEA-250", 1 if number > 2 else 3, mode="key"))
    retailer.deliver()

    lines = gather([ask("TEA-250")]).lines[ask("TEA-250").key]

    assert len(lines) == 42
    assert sum(line.mode == "" for line in lines) == 2
    assert [line.mode for line in lines if line.quantity == -3] == ["key", "key"]


def test_a_kit_sold_as_itself_left_its_parts_in_the_book() -> None:
    # The hub sells a tea set; the till rings it up as one thing, and nobody takes out its parts.
    policy.save_bundle(bundle="SOAP-1", parts={"TEA-250": 2, "MUG-1": 3}, by=EVE, at=NOON)
    sell(1, a_line("SOAP-1", 1))
    sell(2, a_line("SOAP-1", 1))
    retailer.deliver()

    tea = count(36, sku="TEA-250")

    assert (tea.cause, tea.quantity) == ("kit_not_exploded", -4)
    [part] = tea.finding["parts"]
    assert part["agreed"] == ["kits_sold"]
    assert part["correction"] == "issue_components"
    assert len(part["documents"]) == 2


def test_goods_that_are_part_of_nothing_ask_for_no_other_book() -> None:
    evidence = gather([ask("TEA-250")])

    assert set(evidence.lines) == {ask("TEA-250").key}
    assert evidence.goods["TEA-250"].components == {}


def test_goods_of_two_confirmed_thefts_are_hot_and_of_one_are_not() -> None:
    for number, (sku, cause) in enumerate(
        [("TEA-250", "theft"), ("TEA-250", "theft"), ("MUG-1", "theft"), ("MUG-1", "miskey")]
    ):
        case = Case.objects.create(
            number=f"CA-{number}",
            kind=CaseKind.BOOK_VS_COUNT,
            state=CaseState.CLOSED,
            site="S12",
            sku=sku,
            quantity=-5,
            quantity_book=5,
            quantity_other=0,
            closing_reason="stolen",
            since=NOON,
            compared_at=NOON,
            created_by="eve",
            created_at=NOON,
            closed_at=NOON,
        )
        CaseCorrection.objects.create(
            case=case, cause=cause, document=f"AD-{number}", quantity=-5, noted_by="eve",
            noted_at=NOON,
        )  # fmt: skip
    count(38, sku="TEA-250")

    assert find_hot(find_skus(["TEA-250", "MUG-1", "SOAP-1"])) == {"TEA-250"}
    assert gather([ask("TEA-250")]).goods["TEA-250"].is_hot is True
    assert gather([ask("MUG-1")]).goods["MUG-1"].is_hot is False
    [group] = count_keys(sites=["S12"], since=NOON)
    assert group.endswith(" (hot)")


def test_goods_that_master_data_calls_hot_are_so_without_any_theft() -> None:
    records.save_skus([replace(get_sku("MUG-1"), is_hot=True)], at=NOON)
    count(38, sku="MUG-1")

    assert gather([ask("MUG-1"), ask("TEA-250")]).goods["MUG-1"].is_hot is True
    assert gather([ask("TEA-250")]).goods["TEA-250"].is_hot is False
    [group] = count_keys(sites=["S12"], since=NOON)
    assert group.endswith(" (hot)")
