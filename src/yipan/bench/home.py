"""The home board of a chain of 300 stores: the first page everybody opens, at p95."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from django.db import connection
from django.test import Client

from yipan.access.models import RoleAssignment, User
from yipan.access.roles import Role
from yipan.bench.report import Result, at_most, tell, tell_load
from yipan.exchange.models import Reception, Stream
from yipan.ledger import posting
from yipan.ledger.moves import FactPosting, Move
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow, SkuRow
from yipan.pool.book import SITE_BOOK

WAREHOUSES = [f"W{number}" for number in range(1, 5)]
STORES = [f"S{number:03d}" for number in range(1, 301)]
SKUS = [f"SKU-{number:05d}" for number in range(1_000)]
ROUNDS = 40
TARGET_MS = 200
#: Messages of each site that were heard.
MESSAGES = 5


def run() -> list[Result]:
    """Fill the books of a chain, and open its home board again and again."""
    now = datetime.now(UTC)
    began = time.perf_counter()
    _fill(now=now)
    filled = time.perf_counter() - began
    client = _log_in()
    first = _open(client)
    times = sorted(_open(client) for _ in range(ROUNDS))
    return [
        tell("filled", filled, unit="seconds"),
        tell("sites", len(WAREHOUSES) + len(STORES), unit="sites"),
        tell("positions", (len(WAREHOUSES) + len(STORES)) * len(SKUS), unit="rows"),
        tell("home_first_ms", first, unit="ms"),
        tell("home_p50_ms", times[ROUNDS // 2], unit="ms"),
        at_most("home_p95_ms", times[int(ROUNDS * 0.95)], target=TARGET_MS, unit="ms"),
        *tell_load(),
    ]


def _fill(*, now: datetime) -> None:
    sites = [SiteRow(code=code, site_type="warehouse", name=code) for code in WAREHOUSES]
    sites += [SiteRow(code=code, site_type="store", name=f"Store {code}") for code in STORES]
    records.save_sites(sites)
    records.save_skus([SkuRow(code=code, name=code) for code in SKUS], at=now)
    for place, site in enumerate(sites):
        system = "wms" if site.site_type == "warehouse" else "pos"
        inside = "A-01-01" if system == "wms" else "shop_floor"
        for book, account in (
            (SITE_BOOK, f"on_hand/{site.code}/available"),
            (f"{system}:{site.code}", f"on_hand/{inside}/available"),
        ):
            moves = [
                Move(sku=sku, from_account="opening", to_account=account, quantity=1 + place % 9)
                for sku in SKUS
            ]
            posting.post_facts(
                book=book,
                postings=[FactPosting(origin=f"fill/{site.code}", occurred_at=now, moves=moves)],
            )
        _note_heard(f"{system}:{site.code}/stock")
    with connection.cursor() as cursor:
        for table in ("ledger_balance", "ledger_place", "exchange_reception"):
            cursor.execute(f"analyze {table}")


def _note_heard(source: str) -> None:
    """Let a site be heard of, so that the board has its source to look at."""
    stream = Stream.objects.create(source=source, last_sequence=MESSAGES)
    Reception.objects.create(
        receiver="erp",
        stream_id=stream.pk,
        epoch=1,
        watermark=MESSAGES,
        highest_seen=MESSAGES,
        applied_count=MESSAGES,
    )


def _log_in() -> Client:
    person = User.objects.create(username="bench")
    RoleAssignment.objects.create(user=person, role=Role.INVENTORY_CONTROLLER)
    client = Client(SERVER_NAME="localhost")
    client.force_login(person)
    return client


def _open(client: Client) -> float:
    began = time.perf_counter()
    answer = client.get("/")
    assert answer.status_code == 200
    return (time.perf_counter() - began) * 1_000
