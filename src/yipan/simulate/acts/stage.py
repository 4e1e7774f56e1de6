"""What every actor shares: the time, the goods, chance, faults, and the doors to the systems."""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from yipan.simulate.acts.notebook import Label, Notebook
from yipan.simulate.plans.striking import Faults, Occasion
from yipan.simulate.systems import Answer, Systems
from yipan.simulate.world.chance import Chance
from yipan.simulate.world.retailer import Retailer
from yipan.simulate.world.truth import Truth

ZONE: Final = ZoneInfo("Asia/Shanghai")
PAGE: Final = 200
#: The most levels of stock a door gives at once.
LEVELS: Final = 1_000


@dataclass(kw_only=True)
class Stage:
    """One run. `now` is local time; `day` is counted from 1."""

    systems: Systems
    retailer: Retailer
    truth: Truth
    chance: Chance
    faults: Faults
    notebook: Notebook = field(default_factory=Notebook)
    counts: bool = True
    engine: bool = True
    now: datetime = datetime.min.replace(tzinfo=ZONE)  # noqa: RUF009 - immutable
    day: int = 0
    promoted: str = ""
    calls: int = 0
    last_day: int = 0
    _later: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _later_count: int = 0

    @property
    def today(self) -> date:
        """Return the local date."""
        return self.now.date()

    def get_stream(self, actor: str) -> random.Random:
        """Return the chance of an actor."""
        return self.chance.get(actor)

    # -- doors ------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: object = None, *, by: str) -> Answer:
        """Call a door; a refusal is noted under its code, and returned like any answer."""
        self.calls += 1
        key = f"world-{self.calls}" if method != "GET" else ""
        answer = self.systems.call(method, f"/api/v1/{path}", body, by=by, key=key)
        if not answer.is_ok:
            self.notebook.refusals[f"{method} {_strip(path)} {answer.code}"] += 1
            self.notebook.refused.setdefault(
                f"{method} {_strip(path)} {answer.code}", f"{path} by {by}: {answer.body}"
            )
        return answer

    def post(self, path: str, body: object = None, *, by: str) -> Answer:
        """Post to a door."""
        return self.call("POST", path, {} if body is None else body, by=by)

    def read(self, path: str, *, by: str) -> Any:
        """Return what a door tells; an empty mapping when it refuses."""
        answer = self.call("GET", path, by=by)
        return answer.body if answer.is_ok else {}

    def read_all(
        self, path: str, *, by: str, after: str = "cursor", page_size: int = PAGE
    ) -> Iterator[dict[str, Any]]:
        """Yield all rows of a list, page after page; `after` is how its next page is asked for."""
        joint = "&" if "?" in path else "?"
        said = "next_cursor" if after == "cursor" else "after"
        mark = ""
        while True:
            more = f"&{after}={mark}" if mark else ""
            page = self.read(f"{path}{joint}limit={page_size}{more}", by=by)
            yield from page.get("data", ())
            mark = page.get(said) or ""
            if not mark:
                return

    # -- time -------------------------------------------------------------------------------

    def go_to(self, moment: datetime) -> None:
        """Let time pass, doing on the way what was put off until then."""
        while self._later and self._later[0][0] <= moment:
            due, _, act = heapq.heappop(self._later)
            self._advance(max(due, self.now))
            act()
        self._advance(moment)

    def later(self, moment: datetime, act: Callable[[], None]) -> None:
        """Put something off until a moment; what was put off first is done first."""
        self._later_count += 1
        heapq.heappush(self._later, (moment, self._later_count, act))

    def _advance(self, moment: datetime) -> None:
        if moment > self.now:
            self.systems.advance(moment)
            self.now = moment

    # -- faults -----------------------------------------------------------------------------

    def strike(self, fault: str, site: str, sku: str = "", *, at: datetime | None = None) -> int:
        """Return the size of a fault that happens here and now; 0 if it does not."""
        size = self.faults.strike(fault, self._name_occasion(site, sku, at or self.now))
        return size or 0

    def strike_goods(self, fault: str, site: str) -> tuple[int, Callable[[str], bool]] | None:
        """Return the size of a fault that takes goods, and which SKUs it takes; None: not now."""
        found = self.faults.find_rule(fault, self._name_occasion(site, "", self.now))
        if found is None:
            return None
        rule, size = found
        goods = self.retailer.goods
        return size, lambda sku: rule.covers_goods(sku, goods[sku].category)

    def _name_occasion(self, site: str, sku: str, at: datetime) -> Occasion:
        good = self.retailer.goods.get(sku)
        return Occasion(
            site=site,
            site_kind=self.retailer.get_kind(site),
            day=self.day,
            at=at,
            sku=sku,
            category=good.category if good else "",
        )

    def label(
        self,
        fault: str,
        site: str,
        sku: str = "",
        quantity: int = 0,
        *,
        document: str = "",
        at: datetime | None = None,
    ) -> Label:
        """
        Write down what went wrong and how it should show: truth minus book, at a site and SKU.

        Only the scores read this.
        """
        label = Label(
            fault=fault,
            site=site,
            sku=sku,
            quantity=quantity,
            at=at or self.now,
            document=document,
            day=self.day,
        )
        self.notebook.labels.append(label)
        return label

    def get_moment(self, hours: int, minutes: int = 0) -> datetime:
        """Return a local time of today."""
        return self.now.replace(hour=hours, minute=minutes, second=0, microsecond=0)


def _strip(path: str) -> str:
    """Return a path without the numbers in it, so that refusals of one door count together."""
    parts = path.partition("?")[0].split("/")
    return "/".join("*" if any(sign.isdigit() for sign in part) else part for part in parts)


def tally(pairs: Iterator[tuple[str, int]]) -> dict[str, int]:
    """Return the sums of pairs, by name."""
    found: Counter[str] = Counter()
    for name, quantity in pairs:
        found[name] += quantity
    return dict(found)
