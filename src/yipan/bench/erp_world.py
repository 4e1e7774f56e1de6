"""The retailer that the ERP's bench works on: 40 sites, 5,000 SKUs, a quarter of a year.

200,000 positions and a million movements are written by a handful of statements, as the owner
of a throw-away database. Everything follows from row numbers, so each run is the same.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection

from yipan.ledger.accounts import open_directory
from yipan.ledger.moves import Move
from yipan.masterdata import records
from yipan.masterdata.models import Category, Site, Sku
from yipan.masterdata.rows import SupplierRow
from yipan.pool.book import SITE_BOOK

WAREHOUSES = [f"W{number}" for number in range(1, 5)]
STORES = [f"S{number:03d}" for number in range(1, 37)]
SITES = [*WAREHOUSES, *STORES]
SKUS = [f"SKU-{number:05d}" for number in range(5_000)]
CATEGORIES = [f"goods/c{number:02d}" for number in range(20)]
REGIONS = ("East", "South", "West", "North")
DAYS = 92
MOVEMENTS = 1_000_000
POSITIONS = len(SITES) * len(SKUS)
#: Movements of one posting.
LINES = 4


def fill(*, now: datetime, movements: int = MOVEMENTS) -> None:
    """Write master data, and postings of the last quarter with the balances they add up to."""
    _fill_master_data()
    _open_accounts()
    start = (now - timedelta(days=DAYS)).astimezone(UTC)
    with connection.cursor() as cursor:
        for month in range(5):
            cursor.execute(
                "select ledger_open_month((%s::date - make_interval(months => %s))::date)",
                [now.date(), month],
            )
        cursor.execute("set synchronous_commit = off")
        cursor.execute(_PLAN, {"book": SITE_BOOK, "skus": SKUS, "sites": SITES})
        for statement in (_MOVEMENTS, _POSTINGS, _BALANCES):
            cursor.execute(
                statement,
                {
                    "book": SITE_BOOK,
                    "start": start,
                    "seconds": DAYS * 86_400,
                    "positions": POSITIONS,
                    "movements": movements,
                    "stores": len(STORES),
                    "lines": LINES,
                },
            )
        for table in ("movement", "posting", "balance", "sku", "place"):
            cursor.execute(f"analyze ledger_{table}")


def keep_days(*, now: datetime) -> None:
    """Keep the end of each day, as the clock would have: some hours after it was over."""
    last = now.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=1)
    with connection.cursor() as cursor:
        for day in range(DAYS, -1, -1):
            ends_at = last - timedelta(days=day)
            cursor.execute(
                "select ledger_take_snapshot(%s, %s, %s)",
                [SITE_BOOK, ends_at, ends_at + timedelta(hours=4)],
            )
        for table in ("balance", "stray", "total"):
            cursor.execute(f"analyze ledger_snapshot_{table}")


def _fill_master_data() -> None:
    Category.objects.bulk_create(
        [Category(code="goods", name="Goods", name_zh="商品")]
        + [
            Category(
                code=code,
                parent_id="goods",
                name=f"Category {code[-2:]}",
                name_zh=f"品类 {code[-2:]}",
            )
            for code in CATEGORIES
        ]
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
                case_size=12,
            )
            for number, code in enumerate(SKUS)
        ],
        batch_size=2_000,
    )
    Site.objects.bulk_create(
        [
            Site(
                code=code,
                site_type="warehouse" if code in WAREHOUSES else "store",
                name=f"Site {code}",
                name_zh=f"站点 {code}",
                region=REGIONS[number % len(REGIONS)],
            )
            for number, code in enumerate(SITES)
        ]
    )
    records.save_suppliers([SupplierRow(code="SUP-01", name="Supplier")])


def _open_accounts() -> None:
    inside = [f"on_hand/{site}/available" for site in SITES]
    outside = ["supplier", "customer", "stocktake_difference", "scrap"]
    transit = [f"in_transit/T{number:03d}/available" for number in range(len(STORES))]
    pairs = [(account, "supplier") for account in [*inside, *outside[1:], *transit]]
    moves = [
        Move(sku=sku, from_account=pair[0], to_account=pair[1], quantity=1)
        for sku, pair in zip(SKUS, pairs * (len(SKUS) // len(pairs) + 1), strict=False)
    ]
    open_directory(book=SITE_BOOK, moves=moves)


# SKUs and sites by number, so that a row number says which it is.
_PLAN = """
    create temporary table plan_sku as
    select u.number - 1 as number, s.sku_id, s.bucket
      from unnest(%(skus)s::text[]) with ordinality u (code, number)
      join ledger_sku s on s.code = u.code;
    create unique index on plan_sku (number);
    create temporary table plan_site as
    select u.number - 1 as number, p.place_id
      from unnest(%(sites)s::text[]) with ordinality u (code, number)
      join ledger_book k on k.code = %(book)s
      join ledger_place p on p.book_id = k.book_id and p.path = 'on_hand/' || u.code;
    create unique index on plan_site (number);
    analyze plan_sku; analyze plan_site;
"""
# The first movements open every position; then four of five are sales, the rest returns,
# transfers through transit, count differences, scrap and goods set aside as damaged. One in
# fifty is written down days after it happened.
_MOVEMENTS = """
    insert into ledger_movement (bucket, recorded_at, occurred_at, sku_id, from_place, to_place,
                                 from_status, to_status, quantity, event_id)
    select k.bucket, w.recorded_at,
           w.recorded_at - case when n %% 50 = 7 then make_interval(days => 1 + (n %% 11)::int)
                                else make_interval(secs => n %% 600) end,
           k.sku_id, f.place_id, t.place_id, f.status, t.status, q.quantity,
           md5('event' || n / %(lines)s)::uuid
      from generate_series(0::bigint, %(movements)s::bigint - 1) n
     cross join lateral (
       select case when n < %(positions)s then 0
                   else 1 + (n * 7919 + n / 1000) %% 20 end as kind,
              case when n < %(positions)s then n
                   else (n * 104729 + 12345) %% %(positions)s end as position) c
     cross join lateral (
       select case when n < %(positions)s
                   then %(start)s::timestamptz
                        + make_interval(secs => n / %(lines)s * %(lines)s * 0.5)
                   else %(start)s::timestamptz + make_interval(
                     secs => 120000 + (%(seconds)s - 125000)::float8
                             * (n / %(lines)s * %(lines)s) / %(movements)s) end as recorded_at) w
      join plan_sku k on k.number = c.position / 40
      join plan_site s on s.number = c.position %% 40
     cross join lateral (
       select case when c.kind = 0 then 40 + (n %% 60) when c.kind in (18, 19) then 5
                   else 1 + n %% 3 end as quantity) q
      join ledger_book book on book.code = %(book)s
     cross join lateral (
       select x.place_id, x.status from (
         select case when c.kind = 0 then 'supplier' when c.kind = 17 then 'customer'
                     when c.kind = 20 then 'stocktake_difference'
                     when c.kind = 19 and n %% 40 = 0 then 'in_transit/T' || lpad(
                       ((n / 7) %% %(stores)s)::text, 3, '0') end as path) o
       left join ledger_place p on p.book_id = book.book_id and p.path = o.path
      cross join lateral (
        select coalesce(p.place_id, s.place_id) as place_id,
               (case when p.floor is null and p.place_id is not null then 0 else 1 end)::smallint
                 as status) x) f
     cross join lateral (
       select x.place_id, x.status from (
         select case when c.kind between 1 and 15 then 'customer'
                     when c.kind = 16 then 'scrap'
                     when c.kind = 18 and n %% 40 = 0 then 'in_transit/T' || lpad(
                       ((n / 7) %% %(stores)s)::text, 3, '0')
                     when c.kind in (18, 19) and n %% 40 <> 0
                       then 'on_hand/W' || 1 + (c.position + 1) %% 4 end as path) o
       left join ledger_place p on p.book_id = book.book_id and p.path = o.path
      cross join lateral (
        select coalesce(p.place_id, s.place_id) as place_id,
               (case when p.floor is null and p.place_id is not null then 0 else 1 end)::smallint
                 as status) x) t
     order by n
"""
_POSTINGS = """
    insert into ledger_posting (bucket, event_id, book_id, origin, digest, occurred_at,
                                recorded_at, actor)
    select (get_byte(uuid_send(m.event_id), 15) & 63)::smallint, m.event_id, k.book_id,
           case when min(f.path) = 'supplier' then 'goods_receipt/B-' else 'sales_issue/B-' end
             || min(m.id) || '/post',
           0, max(m.occurred_at), m.recorded_at, 'bench'
      from ledger_movement m
      join ledger_book k on k.code = %(book)s
      join ledger_place f on f.place_id = m.from_place
     group by m.event_id, m.recorded_at, k.book_id
"""
_BALANCES = """
    insert into ledger_balance (bucket, sku_id, place_id, status, quantity, floor, overdraft)
    select c.bucket, c.sku_id, c.place_id, c.status, c.quantity, p.floor,
           coalesce(greatest(0, p.floor - c.quantity), 0)
      from (select bucket, sku_id, place_id, status, sum(quantity)::bigint as quantity
              from (select bucket, sku_id, from_place as place_id, from_status as status,
                           -quantity as quantity from ledger_movement
                     union all
                    select bucket, sku_id, to_place, to_status, quantity from ledger_movement) l
             group by bucket, sku_id, place_id, status) c
      join ledger_place p on p.place_id = c.place_id
     order by c.bucket, c.sku_id, c.place_id, c.status
"""
