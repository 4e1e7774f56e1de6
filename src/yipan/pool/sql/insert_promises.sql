-- Promises and their lines, each column an array; lines name their promise by its number.
with made as (
    insert into pool_promise
        (number, state, created_by, created_at, expires_at, committed_at, settled_at,
         external_id, digest, facts, channel, method, "group", priority, postings_count,
         quantity_fulfilled)
    select p.number, p.state, p.created_by, p.created_at, p.expires_at, null, p.settled_at,
           p.external_id, p.digest, p.facts::jsonb, p.channel, p.method, p.grouped, p.priority, 0, 0
      from unnest(%(number)s::text[], %(state)s::text[], %(created_by)s::text[],
                  %(created_at)s::timestamptz[], %(expires_at)s::timestamptz[],
                  %(settled_at)s::timestamptz[], %(external_id)s::text[], %(digest)s::text[],
                  %(facts)s::text[], %(channel)s::text[], %(method)s::text[],
                  %(grouped)s::text[], %(priority)s::int[])
           as p (number, state, created_by, created_at, expires_at, settled_at, external_id,
                 digest, facts, channel, method, grouped, priority)
    returning id, number)
insert into pool_promiseline
    (promise_id, site, sku, quantity, quantity_open, supply, quota, quota_quantity,
     is_floating, due_on)
select made.id, l.site, l.sku, l.quantity, l.quantity, l.supply, l.quota, l.quota_quantity,
       l.is_floating, l.due_on
  from unnest(%(line_number)s::text[], %(site)s::text[], %(sku)s::text[], %(quantity)s::bigint[],
              %(supply)s::text[], %(quota)s::bigint[], %(quota_quantity)s::bigint[],
              %(is_floating)s::boolean[], %(due_on)s::date[])
       as l (number, site, sku, quantity, supply, quota, quota_quantity, is_floating, due_on)
  join made on made.number = l.number
