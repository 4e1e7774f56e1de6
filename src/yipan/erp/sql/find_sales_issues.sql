-- Find which sales issues are known. The parameter is an array, one element per ticket.
select i.number, i.lines::text
from unnest(%(number)s::text[]) as asked (number)
join erp_salesissue i on i.number = asked.number
