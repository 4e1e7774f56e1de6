"""Goal: a moment is brought to UTC, or refused, before it meets the database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from yipan.foundation.moments import to_utc


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-02T14:30:00+08:00", datetime(2026, 3, 2, 6, 30, tzinfo=UTC)),
        ("2026-03-02T14:30:00+23:59", datetime(2026, 3, 1, 14, 31, tzinfo=UTC)),
        ("2026-03-02T14:30:00-23:59", datetime(2026, 3, 3, 14, 29, tzinfo=UTC)),
        ("9999-12-31T23:59:59+08:00", datetime(9999, 12, 31, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_every_offset_is_read(text: str, moment: datetime) -> None:
    found = to_utc(datetime.fromisoformat(text))

    assert (found, found.tzinfo) == (moment, UTC)


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-01:00"])
def test_a_moment_that_utc_does_not_have_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="no such moment in UTC"):
        to_utc(datetime.fromisoformat(text))
