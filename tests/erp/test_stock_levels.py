"""
Goal: the list of all stock is whole and in order, whatever it is sorted by, and now as then.

Method: random stock and orders at three sites; every order is read on page by page and held
against a sort of everything.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.utils import timezone

from tests import retailer
from tests.erp import buying
from tests.erp.valuing import TODAY, move, on
from tests.retailer import BUYER, NOON, make_id
from yipan.erp.documents.purchasing import purchase_order
from yipan.erp.models import PurchaseOrder, PurchaseOrderLine
from yipan.erp.queries import levels, levels_as_at
from yipan.erp.queries.levels import LevelFilter, StockLevel
from yipan.erp.queries.levels_as_at import Moment
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow

pytestmark = pytest.mark.django_db

EVERYTHING = LevelFilter()
SKUS = [f"SKU-{number:02d}" for number in range(12)]
SITES = ("S1", "S12", "W1")


@pytest.fixture(autouse=True)
def _retailer() -> None:
    retailer.open_retailer()
    retailer.add_skus(*SKUS)


def order(number: str, site: str, *lines: tuple[str, int, int]) -> None:
    """Write an order that was sent: SKU, quantity ordered and received."""
    document = PurchaseOrder.objects.create(
        number=number,
        site=site,
        supplier="SUP-01",
        state="sent",
        created_by="lin.purchaser",
        created_at=TODAY,
        approved_by="zhao.controller",
        sent_at=TODAY,
    )
    PurchaseOrderLine.objects.bulk_create(
        PurchaseOrderLine(
            order=document, line=line, sku=sku, quantity_ordered=ordered, quantity_received=came
        )
        for line, (sku, ordered, came) in enumerate(lines, start=1)
    )


@pytest.fixture
def everything() -> list[StockLevel]:
    """Fill three sites at random; return all rows, by SKU and site."""
    chance = Random(5)
    moves = []
    for sku in SKUS:
        for site in SITES:
            for status in ("available", "reserved", "damaged"):
                quantity = chance.choice([0, 0, 3, 3, 7, -2])
                account = f"on_hand/{site}/{status}"
                if quantity:
                    moves.append(
                        Move(
                            sku=sku,
                            from_account="opening" if quantity > 0 else account,
                            to_account=account if quantity > 0 else "customer",
                            quantity=abs(quantity),
                        )
                    )
    posting.post_fact(
        book="erp", posting=FactPosting(origin="opening/1/post", occurred_at=on(3, 2), moves=moves)
    )
    order("PO-1", "W1", *[(sku, chance.choice([2, 5, 9]), 2) for sku in SKUS[:7]])
    order("PO-2", "S1", *[(sku, 4, 0) for sku in SKUS[5:9]], ("MUG-1", 6, 0))
    rows = levels.list_stock(EVERYTHING, limit=1_000)
    assert len(rows) > 30
    return rows


def read_on(which: LevelFilter, *, sort: str, limit: int) -> list[StockLevel]:
    rows: list[StockLevel] = []
    after = ""
    while found := levels.list_stock(which, sort=sort, after=after, limit=limit):
        rows += found
        after = found[-1].cursor
    return rows


def key(row: StockLevel) -> tuple[str, str]:
    return row.sku.code, row.site.code if row.site else ""


@pytest.mark.parametrize("measure", ["on_hand", "available", "damaged", "on_order", "in_transit"])
@pytest.mark.parametrize("falling", ["", "-"])
@pytest.mark.parametrize(("limit", "seen"), [(3, 2), (3, 200), (50, 200)])
def test_every_order_is_whole_and_reads_on_without_a_gap(
    everything: list[StockLevel],
    monkeypatch: pytest.MonkeyPatch,
    measure: str,
    falling: str,
    limit: int,
    seen: int,
) -> None:
    monkeypatch.setattr(levels, "ZEROS_SEEN", seen)

    def get(row: StockLevel) -> int:
        found = getattr(row, measure, None)
        return int(found if found is not None else getattr(row.level, measure))

    sign = -1 if falling else 1
    wanted = sorted(everything, key=lambda row: (sign * get(row), *key(row)))

    rows = read_on(EVERYTHING, sort=f"{falling}{measure}", limit=limit)

    assert [key(row) for row in rows] == [key(row) for row in wanted]
    assert [get(row) for row in rows] == [get(row) for row in wanted]


def test_what_is_only_ordered_has_a_row_of_its_own(everything: list[StockLevel]) -> None:
    mug = next(row for row in everything if row.sku.code == "MUG-1")

    assert (key(mug), mug.on_order, mug.on_hand) == (("MUG-1", "S1"), 6, 0)
    assert [key(row) for row in everything] == sorted(key(row) for row in everything)


def test_what_is_between_sites_is_seen_by_those_who_see_all() -> None:
    move(5, "opening", "on_hand/W1/available", at=on(3, 1), origin="opening/1/post")
    move(2, "on_hand/W1/available", "in_transit/T-9/available", at=on(3, 2), origin="t/9/ship")

    [between, at_w1] = levels.list_stock(EVERYTHING)
    own = levels.list_stock(LevelFilter(sites=frozenset({"W1"})))

    assert (between.site, between.in_transit, between.on_hand) == (None, 2, 0)
    assert (key(at_w1), at_w1.on_hand) == (("TEA-250", "W1"), 3)
    assert [key(row) for row in own] == [("TEA-250", "W1")]


def test_a_filter_leaves_what_it_says(everything: list[StockLevel]) -> None:
    records.save_sites([SiteRow(code="S1", site_type="store", name="Xihu", region="East")])

    def ask(**changes: object) -> set[tuple[str, str]]:
        which = LevelFilter(**changes)  # type: ignore[arg-type]
        rows = read_on(which, sort="sku", limit=7)
        assert levels.sum_stock(which).on_hand == sum(row.on_hand for row in rows)
        return {key(row) for row in rows}

    all_keys = {key(row) for row in everything}
    assert ask(site="S12") == {it for it in all_keys if it[1] == "S12"}
    assert ask(site_type="store") == {it for it in all_keys if it[1] != "W1"}
    assert ask(region="East") == {it for it in all_keys if it[1] == "S1"}
    assert ask(text="SKU-03") == {it for it in all_keys if it[0] == "SKU-03"}
    assert ask(sites=frozenset({"S12"}), site="W1") == set()
    assert ask(text="nothing like it") == set()


@pytest.mark.parametrize("cursor", ["x", "1", "~", "x~SKU~S1", "1~~S1"])
def test_a_cursor_of_somebody_else_is_refused(cursor: str) -> None:
    with pytest.raises(levels.LevelsCursorUnreadable):
        levels.list_stock(EVERYTHING, after=cursor)


def test_a_site_is_shown_as_it_was() -> None:
    move(5, "opening", "on_hand/W1/available", at=on(3, 1), origin="opening/1/post")
    move(2, "on_hand/W1/available", "on_hand/W1/damaged", at=on(3, 3), origin="status/1/post")
    move(1, "on_hand/W1/available", "customer", at=on(3, 5), origin="sale/1/post")

    def ask(day: int) -> list[tuple[int, int, int]]:
        rows = levels_as_at.list_stock_as_at(
            LevelFilter(site="W1"), Moment(as_of=on(3, day, hour=23))
        )
        return [(row.on_hand, row.level.available, row.level.damaged) for row in rows]

    assert ask(1) == [(5, 5, 0)]
    assert ask(3) == [(5, 3, 2)]
    assert ask(5) == [(4, 2, 2)]
    assert (
        levels_as_at.list_stock_as_at(
            LevelFilter(site="W1"), Moment(known_at=datetime(2020, 1, 1, tzinfo=UTC))
        )
        == []
    )
    total = levels_as_at.sum_stock_as_at(LevelFilter(text="TEA-250"), Moment(as_of=on(3, 4)))
    assert (total.on_hand, total.level.damaged, total.on_order) == (5, 2, 0)


def test_a_past_moment_needs_a_site_or_a_sku() -> None:
    with pytest.raises(levels_as_at.SubjectMissing):
        levels_as_at.list_stock_as_at(EVERYTHING, Moment(as_of=on(3, 1)))


def test_a_day_ends_by_the_clock_of_its_site() -> None:
    bar = SiteRow(code="S1", site_type="store", name="Bar")
    assert levels_as_at.get_day_end(bar, on(3, 1).date()) == datetime(
        2026, 3, 1, 15, 59, 59, 999_999, tzinfo=UTC
    )


# Each posting in a transaction of its own: the clock of a transaction stands still.
@pytest.mark.django_db(transaction=True)
def test_what_was_on_order_is_shown_as_it_was_and_as_it_was_known() -> None:
    retailer.open_retailer()
    number = buying.order(("TEA-250", 100, 3_000), ("MUG-1", 50, 1_000)).number
    recorded = timezone.now()
    buying.receive(number, ("TEA-250", 60, 0))

    def ask(**moment: datetime) -> dict[tuple[str, str], int | None]:
        at_site = levels_as_at.list_stock_as_at(LevelFilter(site="W1"), Moment(**moment))
        of_sku = levels_as_at.list_stock_as_at(LevelFilter(text="TEA-250"), Moment(**moment))
        found = {key(row): row.on_order for row in at_site}
        assert {key(row): row.on_order for row in of_sku}.items() <= found.items()
        total = levels_as_at.sum_stock_as_at(LevelFilter(site="W1"), Moment(**moment))
        assert total.on_order == sum(quantity or 0 for quantity in found.values())
        return found

    # Ordered and received at noon by the clock of those who did it; told in this order.
    now = timezone.now()
    assert ask(as_of=NOON) == {("TEA-250", "W1"): 40, ("MUG-1", "W1"): 50}
    assert ask(known_at=now) == ask(as_of=NOON)
    assert ask(as_of=NOON - timedelta(hours=1)) == {}
    # Before the hub had heard of the receipt, it believed that all was still to come.
    assert ask(known_at=recorded) == {("TEA-250", "W1"): 100, ("MUG-1", "W1"): 50}

    # Closed short: nothing is to come any more, and the past stays what it was.
    purchase_order.close_short(
        number=number, by=BUYER, at=NOON + timedelta(hours=2), message_id=make_id("closed")
    )
    assert ask(as_of=NOON + timedelta(hours=3)) == {("TEA-250", "W1"): 0}
    assert ask(as_of=NOON) == {("TEA-250", "W1"): 40, ("MUG-1", "W1"): 50}
    assert ask(known_at=recorded) == {("TEA-250", "W1"): 100, ("MUG-1", "W1"): 50}
