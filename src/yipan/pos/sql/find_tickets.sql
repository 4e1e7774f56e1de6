-- Find which tickets of some stores are known. The parameters are arrays, one element per ticket.
select t.site, t.number, t.digest
from unnest(%(site)s::text[], %(number)s::text[]) as asked (site, number)
join pos_ticket t on t.site = asked.site and t.number = asked.number
