"""What a reader's figures were on the last thirty days, and what they are today so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from yipan.console.kept_days import TREND_DAYS, get_zone, list_flows
from yipan.documents import day_figures

#: Every figure a trend is drawn of.
CODES: Final = frozenset(
    {
        *("tickets", "sales_minor", "orders", "parts", "parts_left", "parts_on_time"),
        *("pieces_asked", "pieces_left", "lines_counted", "lines_exact"),
        *("value_minor", "in_transit", "cases_open", "messages_stuck"),
    }
)
#: A share of few things says little: accuracy and service are looked at over so many days.
SHARE_DAYS: Final = 7


@dataclass(frozen=True, kw_only=True, slots=True)
class Trends:
    """Figures by code and day, of the sites one reader sees; today's flows as they are now."""

    today: date
    kept: dict[tuple[str, date], int]
    now: Counter[str]
    by_site: dict[tuple[str, str], int]

    def list_days(self) -> list[date]:
        """Return the days of a trend, today last."""
        return [self.today - timedelta(days=back) for back in range(TREND_DAYS - 1, -1, -1)]

    def list_flow(self, code: str) -> tuple[int | None, ...]:
        """Return what flowed each day; a day with nothing kept at all is unknown."""
        known = {day for _code, day in self.kept}
        past = tuple(
            self.kept.get((code, day), 0) if day in known else None for day in self.list_days()[:-1]
        )
        return (*past, self.now[code])

    def list_standing(self, code: str, *, now: int) -> tuple[int | None, ...]:
        """Return what stood at the end of each day, and what stands now."""
        return (*(self.kept.get((code, day)) for day in self.list_days()[:-1]), now)

    def list_shares(self, part: str, whole: str) -> tuple[int | None, ...]:
        """Return a share in percent, each day over the seven days up to it; None without any."""
        parts, wholes = self.list_flow(part), self.list_flow(whole)
        shares: list[int | None] = []
        for end in range(1, len(wholes) + 1):
            start = max(0, end - SHARE_DAYS)
            total = sum(it or 0 for it in wholes[start:end])
            some = sum(it or 0 for it in parts[start:end])
            shares.append(round(100 * some / total) if total else None)
        return tuple(shares)


def read_trends(*, today: date, sites: Collection[str] | None) -> Trends:
    """Return the figures of some sites, or of the company."""
    flows = [it for it in list_flows(since=today, zone=get_zone(), sites=sites) if it.day >= today]
    now: Counter[str] = Counter()
    by_site: Counter[tuple[str, str]] = Counter()
    for it in flows:
        now[it.code] += it.value
        by_site[it.code, it.site] += it.value
    return Trends(
        today=today,
        kept=day_figures.list_days(
            codes=CODES, since=today - timedelta(days=TREND_DAYS), sites=sites
        ),
        now=now,
        by_site=dict(by_site),
    )
