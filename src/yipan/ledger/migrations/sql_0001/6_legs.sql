-- Legs: a movement as each of its inside accounts sees it, of one book, written down within a span of time.
-- Inlined by the planner into whoever asks, so their conditions reach the index.
create function ledger_list_legs(p_book int, p_after timestamptz, p_until timestamptz)
  returns table (bucket smallint, movement_id bigint, sku_id int, place_id int, status smallint,
                 occurred_at timestamptz, recorded_at timestamptz, change bigint)
  language sql stable as $$
  select m.bucket, m.id, m.sku_id, p.place_id, leg.status, m.occurred_at, m.recorded_at, leg.change
    from ledger_movement m
   cross join lateral (values (m.from_place, m.from_status, -m.quantity), (m.to_place, m.to_status, m.quantity))
         leg (place_id, status, change)
    join ledger_place p on p.place_id = leg.place_id and p.floor is not null and p.book_id = p_book
   where m.bucket = any (array(select n::smallint from generate_series(0, 63) n))
     and m.recorded_at > p_after and m.recorded_at <= p_until
$$;
