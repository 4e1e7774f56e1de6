-- Which of these codes are no site, and which no SKU? The parameters are arrays of codes, each once.
-- Each is looked up by its key: whatever the planner knows of the tables, they are never read whole.
select true as is_site, asked.code
from unnest(%(sites)s::text[]) as asked (code)
left join lateral (select 1 from masterdata_site s where s.code = asked.code limit 1) as found (is_known) on true
where found.is_known is null
union all
select false, asked.code
from unnest(%(skus)s::text[]) as asked (code)
left join lateral (select 1 from masterdata_sku s where s.code = asked.code limit 1) as found (is_known) on true
where found.is_known is null
order by is_site, code
