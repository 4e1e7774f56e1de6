-- What is known of SKUs, with the barcodes valid now. The parameter is an array of codes, each once.
-- Said by nearly every page and operation: one statement, in the order of the fields of a SKU.
select s.code, s.name, s.name_zh, coalesce(s.category, ''), s.unit, s.case_size, s.is_lot_tracked,
       s.is_expiry_tracked, s.is_serial_tracked, s.is_weighed, s.is_hot, s.temperature_class, s.cost_minor,
       s.price_minor, s.currency, s.is_active, s.external_id, s.version, s.style, s.color, s.size,
       (select json_agg(json_build_array(b.code, b.pack_size, b.unit) order by b.pack_size, b.code)
          from masterdata_barcode b where b.sku = s.code and b.valid_to is null)
from masterdata_sku s
where s.code = any (%(codes)s::text[])
