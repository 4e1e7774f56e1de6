"""Sales of the system before: brought in once, believed until our own book tells of a day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests import retailer
from tests.planning import world
from tests.planning.world import PLANNER, TODAY
from yipan.documents.told import QUANTITY_MAX
from yipan.ledger import months
from yipan.masterdata.refusals import FileUnreadable, SiteUnknown, SkuUnknown
from yipan.planning.documents import earlier
from yipan.planning.documents.earlier import HistoryOverlaps, HistoryWrong, Loaded, PastDay
from yipan.planning.documents.earlier_files import read_days
from yipan.planning.models import DemandDay
from yipan.planning.queries.history import read_history

KEY = ("TEA-250", "S1")
DAYS = 100


def ago(days: int) -> date:
    """Return the day so many days before today."""
    return TODAY.date() - timedelta(days=days)


def tea(days: int, sold: int, **changes: object) -> PastDay:
    """Return a day of tea at the first store."""
    return PastDay(sku=KEY[0], site=KEY[1], day=ago(days), sold=sold, **changes)  # type: ignore[arg-type]


def load(*lines: PastDay) -> Loaded:
    """Bring lines in."""
    return earlier.load(lines, today=TODAY.date(), by=PLANNER, at=TODAY)


def open_store(*, days: int) -> None:
    """Open our own book of the first store so many days ago, and sell three on the day after."""
    first = TODAY - timedelta(days=days)
    for ahead in range(0, days + 28, 28):
        months.open_months(today=(first + timedelta(days=ahead)).date())
    world.post(
        world.make_fact("open", first, KEY[0], ("opening", KEY[1]), 90),
        world.make_fact("sale", first + world.DAY, KEY[0], (KEY[1], "customer"), 3),
    )
    world.follow()


@pytest.fixture
def _retailer(db: None) -> None:
    del db
    retailer.open_retailer()


@pytest.mark.usefixtures("_retailer")
def test_days_before_our_book_count_and_those_passed_over_sold_nothing() -> None:
    open_store(days=10)
    loaded = load(
        tea(DAYS, 4), tea(60, 2), tea(60, 5, returned=1), tea(40, 0, is_out=True), tea(11, 1)
    )

    demand, masked, listed = read_history([KEY], today=TODAY.date(), available={KEY: 87})

    assert (loaded.days, loaded.places, loaded.first, loaded.last) == (4, 1, ago(DAYS), ago(11))
    assert [demand[0, -it] for it in (DAYS, 60, 59, 40, 11, 9)] == [4, 7, 0, 0, 1, 3]
    assert [bool(masked[0, -it]) for it in (DAYS, 60, 59, 40, 11, 9)] == [
        False, False, False, True, False, False,
    ]  # fmt: skip
    assert listed == [DAYS]


@pytest.mark.usefixtures("_retailer")
def test_a_file_brought_in_again_replaces_its_days() -> None:
    load(tea(50, 4), tea(49, 6))
    load(tea(50, 9))

    rows = DemandDay.objects.order_by("day").values_list("sold", "is_earlier")
    assert list(rows) == [(9, True), (6, True)]


@pytest.mark.usefixtures("_retailer")
def test_our_own_book_takes_the_place_of_what_was_told_before() -> None:
    load(tea(10, 40, returned=2), tea(9, 50))

    open_store(days=10)

    first, second = DemandDay.objects.order_by("day")
    assert (first.sold, first.returned, first.moved, first.is_earlier) == (0, 0, 90, False)
    assert (second.sold, second.moved, second.is_earlier) == (3, -3, False)


@pytest.mark.usefixtures("_retailer")
def test_what_our_book_knows_is_not_told_again_and_nothing_is_kept() -> None:
    open_store(days=10)
    before = DemandDay.objects.count()

    with pytest.raises(HistoryOverlaps) as refused:
        load(tea(30, 4), tea(10, 4))

    assert refused.value.facts["site"] == "S1"
    assert refused.value.facts["first_day"] == ago(10).isoformat()
    assert DemandDay.objects.count() == before


@pytest.mark.usefixtures("_retailer")
@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        (tea(0, 1), HistoryWrong),
        (tea(5, -1), HistoryWrong),
        (tea(5, QUANTITY_MAX + 1), HistoryWrong),
        (PastDay(sku="NONE", site="S1", day=ago(5), sold=1), SkuUnknown),
        (PastDay(sku="TEA-250", site="S99", day=ago(5), sold=1), SiteUnknown),
    ],
)
def test_a_wrong_line_keeps_all_of_them_out(line: PastDay, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        load(tea(50, 4), line)

    assert DemandDay.objects.count() == 0


def test_a_file_is_read_in_either_language_and_says_which_line_is_wrong() -> None:
    english = b"SKU,site,Date,sold,color,out of stock\nTEA-250,S1,2025-03-01,7,green,\n"
    chinese = "单品;门店;日期;销量;退货;缺货\nTEA-250;S1;2025/03/01;7;2;是\n".encode("gb18030")
    wrong = b"sku,site,day,sold\nTEA-250,S1,2025-03-01,7\nTEA-250,S1,1 March,7\n"

    assert read_days(english) == [PastDay(sku="TEA-250", site="S1", day=date(2025, 3, 1), sold=7)]
    assert read_days(chinese) == [
        PastDay(sku="TEA-250", site="S1", day=date(2025, 3, 1), sold=7, returned=2, is_out=True)
    ]
    with pytest.raises(HistoryWrong) as refused:
        read_days(wrong)
    assert (refused.value.facts["line"], refused.value.facts["column"]) == (3, "day")
    with pytest.raises(HistoryWrong) as unnamed:
        read_days(b"sku,site,sold\nTEA-250,S1,7\n")
    assert unnamed.value.facts["columns_missing"] == ["day"]
    with pytest.raises(FileUnreadable):
        read_days(b"")
