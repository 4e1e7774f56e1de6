"""What the clock starts in the ERP: the end of a business day, and values behind the postings."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from tests import retailer
from tests.erp.valuing import buy, on, worth
from yipan.erp import tasks
from yipan.ledger import snapshots
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow

pytestmark = pytest.mark.django_db

NO_LAG = timedelta(0)


def test_the_day_ends_when_it_does_at_most_sites() -> None:
    assert tasks.find_day_end(at=datetime(2026, 3, 3, 4, 0, tzinfo=UTC)) == datetime(
        2026, 3, 3, tzinfo=UTC
    )
    retailer.open_retailer()  # three sites in Hangzhou, whose day begins at midnight
    records.save_sites(
        [SiteRow(code="LA", site_type="store", name="LA", time_zone="America/Los_Angeles")]
    )

    end = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)

    assert tasks.find_day_end(at=end + timedelta(hours=3)) == end
    assert tasks.find_day_end(at=end + timedelta(hours=2, minutes=59)) == end - timedelta(days=1)


def test_a_day_that_begins_at_six_ends_at_six() -> None:
    records.save_sites(
        [SiteRow(code="S1", site_type="store", name="Bar", day_starts_at=time(6, 0))]
    )

    # 02:00 on 4 March in Hangzhou: the day of 3 March goes on.
    found = tasks.find_day_end(at=datetime(2026, 3, 3, 18, 0, tzinfo=UTC))

    assert found == datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # 06:00 on 3 March


def test_the_end_of_a_day_is_kept_once() -> None:
    retailer.open_retailer()
    buy(10, 3_000, at=on(3, 2))
    at = datetime.now(UTC)

    assert tasks.keep_day(at=at, lag=NO_LAG) is True
    assert tasks.keep_day(at=at, lag=NO_LAG) is False
    assert len(snapshots.list_snapshots(book="erp")) == 1


def test_what_was_posted_is_valued_by_the_clock() -> None:
    retailer.open_retailer()
    buy(10, 3_000, at=on(3, 2))

    assert tasks.value_postings(clock=lambda: on(6, 1), lag=NO_LAG) > 0
    assert worth() == [("W1", 10, 30_000)]
