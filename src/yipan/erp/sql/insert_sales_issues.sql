-- Write the sales issues of a run. The parameters are arrays, one element per ticket.
insert into erp_salesissue
    (number, site, ticket_number, till, business_date, occurred_at, recorded_at, cashier, currency,
     total_minor, quantity, lines, message_id, source, sequence)
select number, site, ticket_number, till, business_date, occurred_at, recorded_at, cashier,
       currency, total_minor, quantity, lines::jsonb, message_id, source, sequence
from unnest(%(number)s::text[], %(site)s::text[], %(ticket_number)s::text[], %(till)s::text[],
            %(business_date)s::date[], %(occurred_at)s::timestamptz[],
            %(recorded_at)s::timestamptz[], %(cashier)s::text[], %(currency)s::text[],
            %(total_minor)s::bigint[], %(quantity)s::bigint[], %(lines)s::text[],
            %(message_id)s::uuid[], %(source)s::text[], %(sequence)s::bigint[])
     as t (number, site, ticket_number, till, business_date, occurred_at, recorded_at, cashier,
           currency, total_minor, quantity, lines, message_id, source, sequence)
