-- Digest each chunk of the active goods: which they are and at which version. A SKU belongs to a
-- chunk by the first byte of the MD5 of its code, so that it never changes its place.
select chunk, md5(string_agg(code || ':' || version::text, ',' order by code collate "C"))
from (
    select get_byte(decode(md5(code), 'hex'), 0) as chunk, code, version
    from masterdata_sku where is_active
) goods
group by chunk order by chunk
