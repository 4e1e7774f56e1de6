"""The hub at size: a million movements, 200,000 positions; pages, past moments, values."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from statistics import median

from django.db import connection
from django.test import Client

from yipan.access.models import RoleAssignment, User
from yipan.bench import erp_values, erp_world
from yipan.bench.report import Result, at_least, at_most, measure, take_p95, tell, tell_load
from yipan.erp.documents.value import valuation
from yipan.erp.queries import levels_as_at, value_reports
from yipan.erp.queries.levels import LevelFilter
from yipan.erp.queries.levels_as_at import Moment
from yipan.erp.queries.value_reports import ValueFilter
from yipan.ledger import feed, posting
from yipan.ledger.levels import Scope, sum_levels
from yipan.ledger.moves import FactPosting, Move
from yipan.pool.book import SITE_BOOK
from yipan.proof.values import prove_values

ROUNDS = 8
#: The page as people ask for it: filtered, sorted, deep in the list, of one site, as it was.
PAGES = (
    "",
    "?after=0~SKU-02500~S018",
    "?sort=-on_hand",
    "?sort=-available",
    "?sort=available",
    "?sort=-damaged",
    "?sort=-in_transit",
    "?site=S005",
    "?site=W1&sort=-on_hand",
    "?category=goods/c03",
    "?category=goods/c03&sort=-available&type=store",
    "?region=East&sort=-on_hand",
    "?q=SKU-0012",
)
FOLLOWED = 20_000
LINES = 100
NO_LAG = timedelta(0)


def run() -> list[Result]:
    """Fill the retailer, and measure what people wait for."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    erp_world.fill(now=now)
    erp_world.keep_days(now=now)
    erp_values.fill_values(now=now)
    filled = time.perf_counter() - began
    client = _log_in()
    sites = [*erp_world.STORES[:8], *erp_world.WAREHOUSES]
    return [
        *_tell_size(filled),
        *_measure_pages(client),
        *_measure_past(sites, now=now),
        *_measure_values(now=now),
        *_measure_following(now=now),
        *tell_load(),
    ]


def _tell_size(seconds: float) -> list[Result]:
    total = sum_levels(Scope(book=SITE_BOOK))
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_movement")
        movements = cursor.fetchone()[0]
        cursor.execute("select count(*) from ledger_value_entry")
        entries = cursor.fetchone()[0]
    return [
        tell("filled", seconds, unit="seconds"),
        at_least("movements", movements, target=erp_world.MOVEMENTS, unit="rows"),
        at_least("positions", erp_world.POSITIONS, target=200_000, unit="rows"),
        tell("value_entries", entries, unit="rows"),
        tell("pieces_on_hand", total.on_hand, unit="pieces"),
    ]


def _log_in() -> Client:
    user = User.objects.create(username="bench")
    RoleAssignment.objects.create(user=user, role="inventory_controller")
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    return client


def _measure_pages(client: Client) -> list[Result]:
    def ask(address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 200, f"{address}: {answer.status_code}"

    for query in PAGES:  # warm up: plans, templates, caches
        ask(f"/erp/stock{query}")
    times = [measure(partial(ask, f"/erp/stock{query}")) for _ in range(ROUNDS) for query in PAGES]
    charts = [
        measure(partial(ask, address))
        for _ in range(ROUNDS)
        for address in ("/erp/stock/sums", "/charts/stock/heat", "/charts/stock/trend")
    ]
    return [
        at_most("stock_page_p95", take_p95(times) * 1e3, target=300, unit="ms"),
        tell("stock_page_median", median(times) * 1e3, unit="ms"),
        tell("stock_charts_p95", take_p95(charts) * 1e3, unit="ms"),
    ]


def _measure_past(sites: Sequence[str], *, now: datetime) -> list[Result]:
    def ask(site: str, days: int, known: int | None) -> None:
        moment = Moment(
            as_of=now - timedelta(days=days, hours=7),
            known_at=None if known is None else now - timedelta(days=known),
        )
        rows = levels_as_at.list_stock_as_at(
            LevelFilter(site=site), moment, limit=levels_as_at.ROWS_MAX
        )
        assert len(rows) > 4_000, f"{site}: {len(rows)}"

    asks = [
        (site, days, known) for site in sites for days, known in ((0, None), (30, None), (60, 20))
    ]
    times = [measure(partial(ask, *each)) for each in asks]
    return [
        at_most("site_as_at_p95", take_p95(times) * 1e3, target=1_000, unit="ms"),
        tell("site_as_at_median", median(times) * 1e3, unit="ms"),
    ]


def _measure_values(*, now: datetime) -> list[Result]:
    today, month = now.date(), now.date().replace(day=1)
    which = ValueFilter(entity="MAIN", as_of=today, since=month)
    earlier = ValueFilter(entity="MAIN", as_of=today - timedelta(days=30))
    reports: dict[str, Callable[[], object]] = {
        "value_by_site": lambda: value_reports.list_stock_values(which, by="site"),
        "value_by_category": lambda: value_reports.list_stock_values(which, by="category"),
        "value_a_month_ago": lambda: value_reports.list_stock_values(earlier, by="site"),
        "cost_of_goods_sold": lambda: value_reports.list_sold(which, by="category"),
        "gains_and_losses": lambda: value_reports.list_gains(which, by="site"),
    }
    seconds = {name: min(measure(report) for _ in range(2)) for name, report in reports.items()}
    return [
        at_most("value_report", max(seconds.values()), target=5, unit="seconds"),
        *(tell(name, value, unit="seconds") for name, value in seconds.items()),
    ]


def _measure_following(*, now: datetime) -> list[Result]:
    """Post movements through the door, and let the valuation follow them."""
    for start in range(0, FOLLOWED, LINES):
        moves = [
            Move(
                sku=erp_world.SKUS[number % len(erp_world.SKUS)],
                from_account=f"on_hand/{erp_world.SITES[number % len(erp_world.SITES)]}/available",
                to_account="customer",
                quantity=1,
            )
            for number in range(start, start + LINES)
        ]
        posting.post_fact(
            book=SITE_BOOK,
            posting=FactPosting(origin=f"bench/{start}/post", occurred_at=now, moves=moves),
        )
    until = feed.get_settled_until(lag=NO_LAG)
    count = 0

    def follow() -> None:
        nonlocal count
        while done := valuation.value_next(until=until, at=datetime.now(UTC)):
            count += done

    seconds = measure(follow)
    assert count == FOLLOWED
    proof = measure(prove_values)
    broken = [finding.detail for finding in prove_values() if not finding.ok]
    return [
        tell("movements_valued", count / seconds, unit="per second"),
        tell("value_proof", proof, unit="seconds"),
        at_most("value_proof_breaks", len(broken), target=0, unit="checks"),
    ]
