-- Which of these codes are no site? The parameter is an array of codes, each once.
select code from unnest(%(codes)s::text[]) as asked (code)
where not exists (select from masterdata_site s where s.code = asked.code)
order by code
