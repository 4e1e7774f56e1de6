-- List the active goods of some chunks with the barcodes that are valid now, by chunk and code.
select get_byte(decode(md5(s.code), 'hex'), 0) as chunk, s.code, s.version, s.name, s.name_zh,
       coalesce(s.category, ''), s.price_minor, s.currency,
       coalesce(json_object_agg(b.code, b.pack_size) filter (where b.code is not null), '{}')::text
from masterdata_sku s
left join masterdata_barcode b on b.sku = s.code and b.valid_to is null
where s.is_active and get_byte(decode(md5(s.code), 'hex'), 0) = any(%(chunks)s::integer[])
group by s.id order by 1, s.code collate "C"
