-- Find which sales issues are known. The parameter is an array, one element per ticket.
-- Each is looked up by its key: whatever the planner knows of the table, it is never read whole.
select found.number, found.lines::text
from unnest(%(number)s::text[]) as asked (number)
cross join lateral (select i.number, i.lines from erp_salesissue i where i.number = asked.number limit 1) as found
