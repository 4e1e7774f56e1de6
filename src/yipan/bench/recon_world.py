"""The chain that the bench of reconciliation works on: 50 stores with 20,000 SKUs each.

A million positions in the hub's book, and the same million in the stores' own, are written by a
handful of statements, as the owner of a throw-away database. Each run is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from yipan.bench.erp_world import CATEGORIES
from yipan.ledger.accounts import open_directory
from yipan.ledger.moves import FactPosting, Move, Trace
from yipan.ledger.posting import post_facts
from yipan.masterdata.models import Category, Site, Sku
from yipan.recon.queries.cuts import HUB_BOOK, HUB_RECEIVER

STORES = [f"S{number:03d}" for number in range(1, 51)]
SKUS = [f"SKU-{number:05d}" for number in range(20_000)]
POSITIONS = len(STORES) * len(SKUS)
#: Messages each store has told and the hub has applied.
TOLD = 1_000


def fill(*, now: datetime) -> None:
    """Write master data, the books, and how far the hub has heard each store."""
    _fill_master_data()
    _open_accounts()
    with connection.cursor() as cursor:
        cursor.execute("set synchronous_commit = off")
        cursor.execute("select ledger_open_month(%s::date)", [now.date()])
        cursor.execute(_BALANCES, {"hub": HUB_BOOK})
        for table in ("balance", "sku", "place"):
            cursor.execute(f"vacuum analyze ledger_{table}")
        cursor.execute(
            _HEARD, {"stores": STORES, "receiver": HUB_RECEIVER, "told": TOLD, "now": now}
        )


def sell(pairs: Sequence[tuple[str, str]], *, first: int, now: datetime) -> None:
    """Sell one piece of each pair of store and SKU, in the store's book and in the hub's."""
    for number, (site, sku) in enumerate(pairs, start=first):
        for book, account in ((f"pos:{site}", "shop_floor"), (HUB_BOOK, site)):
            move = Move(
                sku=sku,
                from_account=f"on_hand/{account}/available",
                to_account="customer",
                quantity=1,
            )
            _post(book, f"sales_issue/B-{number}/post", move, now=now)


def part(pairs: Sequence[tuple[str, str]], *, first: int, now: datetime) -> None:
    """Let the hub alone book three pieces of each pair of store and SKU."""
    for number, (site, sku) in enumerate(pairs, start=first):
        move = Move(
            sku=sku,
            from_account="supplier",
            to_account=f"on_hand/{site}/available",
            quantity=3,
        )
        _post(HUB_BOOK, f"by_hand/B-{number}/post", move, now=now)


def _post(book: str, origin: str, move: Move, *, now: datetime) -> None:
    trace = Trace(actor="bench")
    posting = FactPosting(origin=origin, occurred_at=now, moves=[move], trace=trace)
    post_facts(book=book, postings=[posting])


def _fill_master_data() -> None:
    Category.objects.bulk_create(
        [Category(code="goods", name="Goods", name_zh="商品")]
        + [Category(code=code, parent_id="goods", name=code, name_zh=code) for code in CATEGORIES]
    )
    Sku.objects.bulk_create(
        [
            Sku(
                code=code,
                name=f"Goods number {number}",
                name_zh=f"商品 {number}",
                category_id=CATEGORIES[number % len(CATEGORIES)],
                cost_minor=500 + number % 4_000,
                price_minor=1_500 + number % 9_000,
            )
            for number, code in enumerate(SKUS)
        ],
        batch_size=2_000,
    )
    Site.objects.bulk_create(
        [
            Site(code=code, site_type="store", name=f"Store {code}", name_zh=f"门店 {code}")
            for code in STORES
        ]
    )


def _open_accounts() -> None:
    """Make books, places and SKUs known to the ledger."""
    inside = [f"on_hand/{site}/available" for site in STORES]
    moves = [
        Move(sku=sku, from_account="supplier", to_account=inside[at % len(inside)], quantity=1)
        for at, sku in enumerate(SKUS)
    ]
    open_directory(book=HUB_BOOK, moves=moves)
    for site in STORES:
        shelf = Move(
            sku=SKUS[0],
            from_account="on_hand/shop_floor/available",
            to_account="customer",
            quantity=1,
        )
        open_directory(book=f"pos:{site}", moves=[shelf])


_BALANCES = """
    insert into ledger_balance (bucket, sku_id, place_id, status, quantity, floor, overdraft)
    select s.bucket, s.sku_id, p.place_id, 1, 20 + s.sku_id %% 60, p.floor, 0
      from ledger_place p
      join ledger_book k on k.book_id = p.book_id
     cross join ledger_sku s
     where p.path ^@ 'on_hand/' and (k.code = %(hub)s or k.code ^@ 'pos:')
     order by s.bucket, s.sku_id, p.place_id
"""
_HEARD = """
    with stream as (
      insert into exchange_stream (source, epoch, last_sequence, digested_sequence)
      select 'pos:' || code || '/stock', 1, 0, 0 from unnest(%(stores)s::text[]) u (code)
      returning id)
    insert into exchange_reception
           (receiver, stream_id, epoch, watermark, highest_seen, applied_count, duplicate_count,
            altered_count, open_count, fault_count, last_heard_at)
    select %(receiver)s, id, 1, %(told)s, %(told)s, %(told)s, 0, 0, 0, 0, %(now)s from stream
"""
