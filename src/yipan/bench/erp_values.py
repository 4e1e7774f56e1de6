"""Values of the retailer that the ERP's bench works on: an entry for each movement, at once."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from yipan.erp.documents.value import legal_entity, value_states
from yipan.erp.models import ValuationMark, ValuedPlace
from yipan.erp.rules.costing import Layer, Rate, State
from yipan.ledger.feed import list_paths
from yipan.ledger.value_checks import sum_pools
from yipan.pool.book import SITE_BOOK


def fill_values(*, now: datetime) -> None:
    """Write what valuing every movement at standard cost would have written."""
    entity = legal_entity.list_or_begin()[0].code
    with connection.cursor() as cursor:
        cursor.execute(_ENTRIES, {"pool": entity, "book": SITE_BOOK})
        cursor.execute("analyze ledger_value_entry")
        cursor.execute(
            "select recorded_at, id from ledger_movement order by 1 desc, 2 desc limit 1"
        )
        recorded_at, movement_id = cursor.fetchone()
    ValuedPlace.objects.bulk_create(
        [
            ValuedPlace(path=path, entity=entity)
            for path in list_paths(book=SITE_BOOK, roots=["on_hand", "in_transit"])
        ]
    )
    ValuationMark.objects.create(
        book=SITE_BOOK, recorded_at=recorded_at, movement_id=movement_id, valued_at=now
    )
    states = {}
    for row in sum_pools():
        rate = Rate(row.amount, row.quantity) if row.quantity > 0 else Rate(0, 1)
        layer = Layer(key=0, quantity=row.quantity, value=row.amount, rate=rate)
        states[row.pool, row.sku] = State(layers=(layer,), last=rate)
    value_states.store(states)


_ENTRIES = """
    insert into ledger_value_entry (
        bucket, sku_id, pool, place, kind, cause, quantity, amount, occurred_at, business_date,
        accounting_date, movement_id, side, event_id)
    select m.bucket, m.sku_id, %(pool)s,
           case when p.path ^@ 'on_hand/' then split_part(p.path, '/', 2) else '' end,
           case when other.floor is not null then 'relocation'
                when leg.sign > 0 then 'receipt' else 'issue' end,
           case when other.floor is not null then 'relocation' else other.path end,
           leg.sign * m.quantity,
           case when other.floor is null then leg.sign * m.quantity * k.cost_minor else 0 end,
           m.occurred_at, (m.occurred_at at time zone 'Asia/Shanghai')::date,
           (m.occurred_at at time zone 'Asia/Shanghai')::date, m.id, leg.side, m.event_id
      from ledger_movement m
     cross join lateral (values (0::smallint, -1, m.from_place, m.to_place),
                                (1::smallint, 1, m.to_place, m.from_place))
           leg (side, sign, place_id, other_id)
      join ledger_place p on p.place_id = leg.place_id and p.floor is not null
       and p.book_id = (select book_id from ledger_book where code = %(book)s)
      join ledger_place other on other.place_id = leg.other_id
      join ledger_sku s on s.sku_id = m.sku_id
      join masterdata_sku k on k.code = s.code
     where m.from_place <> m.to_place
"""
