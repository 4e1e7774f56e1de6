"""Builds the demo retailer: master data, people, opening stock, and a month of life."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from yipan.console import kept_days
from yipan.demo import (
    buying,
    counting,
    goods,
    moving,
    orders,
    people,
    places,
    planning,
    promoting,
    selling,
    store_work,
    supplying,
    trading,
    weeks,
)
from yipan.demo.goods import Good
from yipan.demo.trading import ZONE, make_id
from yipan.demo.weeks import GoTo, Weeks
from yipan.documents import day_figures
from yipan.documents.day_figures import Figure
from yipan.erp import tasks
from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.exchange import delivery
from yipan.ledger import months
from yipan.ledger.moves import Trace
from yipan.masterdata.models import Category
from yipan.pos import tasks as pos_tasks
from yipan.pos.documents import stock_opening as store_opening
from yipan.pos.documents.stock_opening import ShopStock
from yipan.pos.models import StoreOpening
from yipan.wms.documents.stock import stock_opening as warehouse_opening
from yipan.wms.documents.stock.stock_opening import BinStock

#: The last week is told with everything that waits for somebody now; before it lie so many.
DAYS = 7
DAYS_BEFORE = 23
NO_LAG = timedelta(0)

#: A store that sold out, as every store does some day: the next sale goes below zero. And what
#: one store has hardly any of while the other has plenty, and the warehouse little (in cases).
SOLD_OUT = {
    "S1": {
        "WINE-HJ-500": 3,
        "DETERGENT-2": 16,
        "JUJUBE-500": 20,
        "FLOUR-25": 24,
        "VINEGAR-500": 32,
    },
    "S12": {"CHOC-100": 4, "BOWL-6": 1, "SHAMPOO-500": 22, "FLOUR-25": 30, "VINEGAR-500": 42},
}
CASES_LEFT = {
    "WINE-HJ-500": 1, "SHAMPOO-500": 1, "DETERGENT-2": 1, "JUJUBE-500": 0, "FLOUR-25": 1,
    "VINEGAR-500": 1,
}  # fmt: skip


@transaction.atomic
def build(*, now: datetime | None = None, days_before: int = DAYS_BEFORE) -> bool:
    """
    Make the demo retailer, as it would be at `now`, by default this moment.

    Return False when it is there already; then only log-ins that were lost come back.
    Everything but the moment is the same each time. Half of it is never there. Before the last
    week, of which much still waits for somebody, lie `days_before` others.
    """
    now = now or timezone.now()
    with weeks.stand_still() as go_to:
        is_new = begin(now=now, days_before=days_before, go_to=go_to)
    if is_new:
        finish(now=now)
    return is_new


def begin(*, now: datetime, days_before: int, go_to: GoTo) -> bool:
    """
    Open the retailer, and let it live until its last week; return False when it is there already.

    `go_to` puts the clocks: those of this process, and the database's where that can be.
    """
    first_day = _find_first_day(now)
    lived_from = first_day - timedelta(days=days_before)
    planned = weeks.plan(first_day=lived_from, days=days_before)
    opened_at = datetime.combine(lived_from - timedelta(days=1), time(21), tzinfo=ZONE)
    go_to(opened_at)
    people.let_in(at=opened_at)
    if StoreOpening.objects.filter(site__in=places.STORES).exists():
        return False
    months.open_months(today=opened_at.date())
    _write_master_data(at=opened_at)
    supplying.write_terms(at=opened_at)
    _open_books(at=opened_at, planned=planned, on=first_day - timedelta(days=1))
    delivery.deliver_pending()
    selling.open_channels(at=opened_at)
    weeks.live(planned, go_to=go_to)
    return True


def finish(*, now: datetime) -> None:
    """Tell the last week, up to `now`: with work of every kind that somebody should do."""
    first_day = _find_first_day(now)
    buying.tell(now=now)
    days = [first_day + timedelta(days=each) for each in range(DAYS)]
    trading.ring_up(days=days, until=now)
    delivery.deliver_pending()
    moving.tell(now=now)
    store_work.work(now=now)
    promoting.promote(now=now)
    supplying.tell(now=now)
    delivery.deliver_pending()
    orders.tell(now=now)
    selling.sell(now=now)
    pos_tasks.doubt_below_zero(sites=(), at=now)
    delivery.deliver_pending()
    counting.tell(now=now)
    _keep_days(first_day, now=now)
    planning.plan(now=now)
    kept_days.keep_days(now=now)
    # What stood on the days of this week can only be told from the books: it was told at once.
    zone, today = kept_days.get_zone(), now.astimezone(ZONE).date()
    day_figures.keep(kept_days.list_past_standing(since=first_day, until=today, zone=zone))
    day_figures.keep(Figure(day, "messages_stuck", "", 0) for day in days[:-1])


def _find_first_day(now: datetime) -> date:
    return now.astimezone(ZONE).date() - timedelta(days=DAYS - 1)


def _keep_days(first_day: date, *, now: datetime) -> None:
    """Keep the end of each day and value what was posted, as the clock would have."""
    days = [first_day + timedelta(days=each) for each in range(DAYS)]
    for day in days:
        tasks.keep_day(at=datetime.combine(day, time(3), tzinfo=ZONE), lag=NO_LAG)
    tasks.value_postings(clock=lambda: now, lag=NO_LAG)
    tasks.follow_invoices(at=now)


@transaction.atomic
def _write_master_data(*, at: datetime) -> None:
    author = Author(name="controller", at=at, reason="demo", device="demo")
    master_record.save_sites(places.SITES, by=author)
    master_record.save_bins(places.list_bins(), by=author)
    master_record.save_suppliers(places.SUPPLIERS, by=author)
    master_record.save_skus(goods.list_skus(), by=author)
    for code, (name, name_zh) in goods.CATEGORIES.items():
        Category.objects.filter(code=code).update(name=name, name_zh=name_zh)


def _open_books(*, at: datetime, planned: Weeks, on: date) -> None:
    """Open the books so that on the day `on`, when the last week begins, enough is left."""
    chance = random.Random(trading.SEED)  # noqa: S311 - a story, no secret
    warehouse_opening.post(
        site=places.WAREHOUSE,
        stock=[row for good in goods.GOODS for row in _list_opening(good, on=on)],
        by=buying.LEAD,
        at=at,
        message_id=make_id("opening W1"),
    )
    for site in places.STORES:
        store_opening.post(
            site=site,
            stock=[
                ShopStock(
                    sku=good.code,
                    quantity=SOLD_OUT[site].get(
                        good.code, round(good.pace * chance.uniform(13, 19)) + 8
                    )
                    + planned.get_opening_extra(site, good.code),
                )
                for good in goods.GOODS
            ],
            by=Trace(actor="manager", device=f"{site}-1"),
            at=at,
            message_id=make_id(f"opening {site}"),
        )


def _list_opening(good: Good, *, on: date) -> list[BinStock]:
    """Return what lies in the warehouse on the first day: of dairy two lots, one of them old."""
    bin_code = buying.get_home_bin(good.code)
    cases = CASES_LEFT.get(good.code, max(2, round(good.pace * 25 / good.case_size)))
    if not cases:
        return []
    if good.category != goods.DATED:
        return [BinStock(bin_code=bin_code, sku=good.code, quantity=good.case_size * cases)]
    first = cases // 3
    return [
        BinStock(
            bin_code=bin_code,
            sku=good.code,
            quantity=good.case_size * count,
            lot=f"L{on - timedelta(days=age):%y%m%d}",
            expires_on=on + timedelta(days=left),
        )
        for count, age, left in ((first, 12, 16), (cases - first, 3, 45))
    ]
