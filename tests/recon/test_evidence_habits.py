"""Goods past their date and samples by rhythm: what the book shows and no document says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests import retailer
from tests.retailer import CLERK, NOON, make_id
from tests.wms import goods
from yipan.ledger.moves import Trace
from yipan.pos.documents import adjustment
from yipan.pos.documents.adjustment import AdjustedGoods, Wanted
from yipan.recon.documents import counting
from yipan.recon.documents.counting import Counted
from yipan.recon.models import Case
from yipan.recon.queries.evidence import gather
from yipan.recon.rules import Difference, Key

pytestmark = pytest.mark.django_db

EVE = Trace(actor="eve.counter")
MARCH_31 = datetime.fromisoformat("2027-03-31T12:00+08:00")


def count(quantity: int, *, site: str, sku: str, place: str, at: datetime) -> Case | None:
    """Count a SKU at a place by hand, and return its case."""
    seen = Counted(
        line=1, sku=sku, quantity=quantity, counted_at=at, place=place, counter="eve.counter"
    )
    counting.record(count_number=f"CN-{at.isoformat()}", site=site, lines=[seen], by=EVE, at=at)
    return Case.objects.filter(site=site, sku=sku).order_by("-id").first()


def test_goods_past_their_date_and_gone_were_thrown_away() -> None:
    goods.open_dairy()
    goods.stock_lots(
        ("A-01-01", "MILK-1", 11, "L/1", "2027-03-30"),
        ("A-01-01", "MILK-1", 40, "L2", "2027-06-01"),
        ("A-01-02", "MILK-1", 7, "L/1", "2027-03-30"),
    )

    found = count(40, site="W1", sku="MILK-1", place="A-01-01", at=MARCH_31)

    assert found is not None
    assert (found.cause, found.quantity) == ("unrecorded_scrap", -11)
    assert found.finding["parts"][0]["agreed"] == ["past_its_date"]


@pytest.mark.parametrize(
    ("days", "place", "expired"), [(-1, "", 0), (0, "", 18), (0, "A-01-02", 7)]
)
def test_the_last_day_is_still_good_and_each_place_has_its_own(
    days: int, place: str, expired: int
) -> None:
    goods.open_dairy()
    goods.stock_lots(
        ("A-01-01", "MILK-1", 11, "L/1", "2027-03-30"),
        ("A-01-02", "MILK-1", 7, "L/1", "2027-03-30"),
    )
    at = MARCH_31 + timedelta(days=days)
    asked = Difference(
        key=Key(site="W1", sku="MILK-1", place=place),
        quantity=-1,
        since=at - timedelta(days=9),
        counted_at=at,
        stock=18,
    )

    [found] = gather([asked]).differences

    assert found.expired == expired


@pytest.fixture
def store() -> None:
    """A store that opens two testers of tea every Monday of March, and writes them down."""
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 60))
    for week in range(4):
        open_tester(week)
    retailer.deliver()


def open_tester(week: int) -> None:
    """Write down two testers of a week."""
    wanted = Wanted(
        site="S12",
        adjustment_type="sample_issue",
        goods=(AdjustedGoods(sku="TEA-250", quantity=2),),
        cost_center="MKT",
    )
    at = NOON + timedelta(weeks=week, minutes=1)
    adjustment.post(wanted=wanted, by=CLERK, at=at, message_id=make_id(f"tester {week}"))


@pytest.mark.usefixtures("store")
def test_testers_that_nobody_wrote_down_are_missed_by_their_rhythm() -> None:
    place = {"site": "S12", "sku": "TEA-250", "place": "shop_floor"}
    assert count(52, **place, at=NOON + timedelta(weeks=3, hours=1)) is None

    # Four weeks on, the testers of each are gone from the shelf and still in the book.
    found = count(44, **place, at=NOON + timedelta(weeks=7, hours=1))

    assert found is not None
    assert (found.cause, found.quantity) == ("unrecorded_use", -8)
    part = found.finding["parts"][0]
    assert (part["agreed"], part["missing"]) == (["sample_rhythm"], ["sample_issue"])


@pytest.mark.usefixtures("store")
def test_a_rhythm_that_began_after_the_last_count_says_nothing_of_the_time_before() -> None:
    asked = Difference(
        key=Key(site="S12", sku="TEA-250"),
        quantity=-8,
        since=NOON - timedelta(days=60),
        counted_at=NOON + timedelta(weeks=4),
        stock=52,
    )

    assert gather([asked]).goods["TEA-250"].sample_days == 0
