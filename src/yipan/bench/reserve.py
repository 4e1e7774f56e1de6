"""
Orders reserved and availability read over HTTP, through the fastlane of a process of its own.

Clients keep their connections and ask as soon as they are answered. Server, PostgreSQL and
clients share the cores of one machine. After all of it the promises are proved.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

from yipan.access import keys
from yipan.access.actors import SYSTEM
from yipan.access.keys import KeyGrant
from yipan.bench.processes import start_fastlane
from yipan.bench.report import Result, at_least, at_most, tell, tell_load
from yipan.bench.reserve_callers import Outcome, ask_all, make_get, make_post
from yipan.exchange.delivery import deliver_pending
from yipan.foundation.status import StockStatus
from yipan.ledger.moves import FactPosting, Move
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool import book
from yipan.pool.queries import prove_promises
from yipan.pool.rules import get_account

SITES = [f"S{number:02d}" for number in range(1, 21)]
SKUS = [f"SKU-{number:04d}" for number in range(1, 2_001)]
STOCK = 1_000_000
ORDERS, WARM_UP = 4_000, 1_000
READS, LONG_READS = 12_000, 2_000
LONG_SKUS = 100
MOVES_PER_POSTING = 1_000
HISTORY = 1_000_000

_numbers = itertools.count()


def run() -> list[Result]:
    """Measure orders of 1 and 3 lines, even and hot, and reads of 1 and 100 SKUs."""
    secret = _prepare()
    with start_fastlane() as port:
        ask_all(port, clients=64, requests=_make_orders(secret, WARM_UP, lines=1))
        one = _reserve(port, secret, clients=64, lines=1)
        hot = _reserve(port, secret, clients=64, lines=1, is_hot=True)
        three = _reserve(port, secret, clients=64, lines=3)
        many = _reserve(port, secret, clients=512, lines=1)
        reads = _read(port, secret, count=READS, skus=1)
        long_reads = _read(port, secret, count=LONG_READS, skus=LONG_SKUS)
        young = _reserve(port, secret, clients=64, lines=1)
        _add_history(HISTORY)
        old = _reserve(port, secret, clients=64, lines=1)
        old_reads = _read(port, secret, count=READS, skus=1)
    finding = prove_promises()
    return [
        at_least("orders_of_one_line", one.rate, target=3_000, unit="per second"),
        at_most("orders_of_one_line_p99", one.find_quantile(0.99), target=150, unit="ms"),
        at_least("orders_of_a_hot_sku", hot.rate / one.rate, target=1),
        tell("orders_of_a_hot_sku_rate", hot.rate, unit="per second"),
        tell("orders_of_three_lines", three.rate, unit="per second"),
        tell("orders_of_512_clients", many.rate, unit="per second"),
        tell("orders_of_512_clients_p99", many.find_quantile(0.99), unit="ms"),
        at_least("reads_of_1_sku_20_sites", reads.rate, target=4_000, unit="per second"),
        at_least("reads_of_100_skus_20_sites", long_reads.rate, target=400, unit="per second"),
        at_least("orders_with_1M_movements_behind", old.rate / young.rate, target=0.8),
        at_least("reads_with_1M_movements_behind", old_reads.rate / reads.rate, target=0.8),
        at_most("promises_not_in_the_book", finding.count, target=0, unit="accounts"),
        *tell_load(),
    ]


def _prepare() -> str:
    """Make sites, SKUs with stock everywhere, and a key; return its secret."""
    at = datetime.now(UTC)
    records.save_sites([SiteRow(code=it, site_type="warehouse", name=it) for it in SITES])
    records.save_skus([SkuRow(code=it, name=it) for it in SKUS], at=at)
    deliver_pending()
    moves = [
        Move(
            sku=sku,
            from_account="supplier",
            to_account=get_account(site=site, status=StockStatus.AVAILABLE),
            quantity=STOCK,
        )
        for sku in SKUS
        for site in SITES
    ]
    for start in range(0, len(moves), MOVES_PER_POSTING):
        part = moves[start : start + MOVES_PER_POSTING]
        book.post_fact(posting=FactPosting(origin=f"bench/{start}", occurred_at=at, moves=part))
    return keys.create(KeyGrant(name="bench"), by=SYSTEM, at=at).secret


def _add_history(movements: int) -> None:
    """Let goods come and go, as much of each everywhere, so that stock is what it was."""
    at = datetime.now(UTC)
    shelves = [
        (sku, get_account(site=site, status=StockStatus.AVAILABLE))
        for sku in SKUS
        for site in SITES
    ]
    chance = Random(movements)
    for start in range(0, movements, 2 * MOVES_PER_POSTING):
        there = chance.sample(shelves, MOVES_PER_POSTING)
        for step, is_coming in (("in", True), ("out", False)):
            moves = [
                Move(
                    sku=sku,
                    from_account="supplier" if is_coming else shelf,
                    to_account=shelf if is_coming else "supplier",
                    quantity=1,
                )
                for sku, shelf in there
            ]
            origin = f"bench/history/{start}/{step}"
            book.post_fact(posting=FactPosting(origin=origin, occurred_at=at, moves=moves))


def _reserve(port: int, secret: str, *, clients: int, lines: int, is_hot: bool = False) -> Outcome:
    requests = _make_orders(secret, ORDERS, lines=lines, is_hot=is_hot)
    outcome = ask_all(port, clients=clients, requests=requests)
    assert outcome.statuses == {201: ORDERS}, outcome.statuses
    return outcome


def _make_orders(secret: str, count: int, *, lines: int, is_hot: bool = False) -> Iterator[bytes]:
    """Return orders, written beforehand: what the clients do between answers is measured too."""
    write = make_post("/api/v1/reservations", secret)
    chance = Random(count + lines)
    asked = []
    for _ in range(count):
        skus = SKUS[:lines] if is_hot else chance.sample(SKUS, lines)
        site = SITES[0] if is_hot else chance.choice(SITES)
        body = {"lines": [{"sku": sku, "site": site, "quantity": 1} for sku in skus]}
        asked.append(write(json.dumps(body).encode(), next(_numbers)))
    return iter(asked)


def _read(port: int, secret: str, *, count: int, skus: int) -> Outcome:
    chance = Random(skus)
    asked = [
        make_get(
            "/api/v1/availability?" + "&".join(f"sku={it}" for it in chance.sample(SKUS, skus)),
            secret,
        )
        for _ in range(min(count, 500))
    ]
    requests = itertools.islice(itertools.cycle(asked), count)
    outcome = ask_all(port, clients=64, requests=requests)
    assert outcome.statuses == {200: count}, outcome.statuses
    return outcome
