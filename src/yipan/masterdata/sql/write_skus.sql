-- Write SKUs as they are, set-wise. The parameters are arrays, one element per SKU.
insert into masterdata_sku
    (code, name, name_zh, category, unit, case_size, is_lot_tracked, is_expiry_tracked,
     is_serial_tracked, is_weighed, temperature_class, cost_minor, price_minor, currency,
     is_active, external_id, version, search, style, color, size, is_hot)
select code, name, name_zh, nullif(category, ''), unit, case_size, is_lot_tracked,
       is_expiry_tracked, is_serial_tracked, is_weighed, temperature_class, cost_minor,
       price_minor, currency, is_active, external_id, version, search::tsvector,
       style, color, size, is_hot
from unnest(%(code)s::text[], %(name)s::text[], %(name_zh)s::text[], %(category)s::text[],
            %(unit)s::text[], %(case_size)s::bigint[], %(is_lot_tracked)s::boolean[],
            %(is_expiry_tracked)s::boolean[], %(is_serial_tracked)s::boolean[],
            %(is_weighed)s::boolean[], %(temperature_class)s::text[], %(cost_minor)s::bigint[],
            %(price_minor)s::bigint[], %(currency)s::text[], %(is_active)s::boolean[],
            %(external_id)s::text[], %(version)s::bigint[], %(search)s::text[],
            %(style)s::text[], %(color)s::text[], %(size)s::text[],
            %(is_hot)s::boolean[])
     as t (code, name, name_zh, category, unit, case_size, is_lot_tracked, is_expiry_tracked,
           is_serial_tracked, is_weighed, temperature_class, cost_minor, price_minor, currency,
           is_active, external_id, version, search, style, color, size, is_hot)
on conflict (code) do update set
    name = excluded.name, name_zh = excluded.name_zh, category = excluded.category,
    unit = excluded.unit, case_size = excluded.case_size,
    is_lot_tracked = excluded.is_lot_tracked, is_expiry_tracked = excluded.is_expiry_tracked,
    is_serial_tracked = excluded.is_serial_tracked, is_weighed = excluded.is_weighed,
    temperature_class = excluded.temperature_class, cost_minor = excluded.cost_minor,
    price_minor = excluded.price_minor, currency = excluded.currency,
    is_active = excluded.is_active, external_id = excluded.external_id,
    version = excluded.version, search = excluded.search,
    style = excluded.style, color = excluded.color, size = excluded.size,
    is_hot = excluded.is_hot
