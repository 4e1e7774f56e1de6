-- Find the sealed days of some tills. Days that are open are held until the tickets are in, so
-- that no day is sealed while a ticket of it is on its way into the book.
select till, business_date, state
from pos_storeday
where till = any(%(till)s::text[]) and business_date >= %(first)s::date
order by till, business_date
for share
