-- Write new barcodes, set-wise, valid from one moment on.
insert into masterdata_barcode (code, sku, pack_size, unit, valid_from)
select code, sku, pack_size, unit, %(valid_from)s
from unnest(%(code)s::text[], %(sku)s::text[], %(pack_size)s::bigint[], %(unit)s::text[])
     as t (code, sku, pack_size, unit)
