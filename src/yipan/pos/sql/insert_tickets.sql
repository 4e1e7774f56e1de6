-- Write the tickets of a run. The parameters are arrays, one element per ticket.
insert into pos_ticket
    (number, site, till, ticket_type, business_date, occurred_at, recorded_at, cashier, currency,
     total_minor, quantity, lines, tenders, digest, message_id, till_source, till_sequence, source,
     sequence)
select number, site, till, ticket_type, business_date, occurred_at, recorded_at, cashier, currency,
       total_minor, quantity, lines::jsonb, tenders::jsonb, digest, message_id, till_source,
       till_sequence, source, sequence
from unnest(%(number)s::text[], %(site)s::text[], %(till)s::text[], %(ticket_type)s::text[],
            %(business_date)s::date[], %(occurred_at)s::timestamptz[],
            %(recorded_at)s::timestamptz[], %(cashier)s::text[], %(currency)s::text[],
            %(total_minor)s::bigint[], %(quantity)s::bigint[], %(lines)s::text[],
            %(tenders)s::text[], %(digest)s::text[], %(message_id)s::uuid[], %(till_source)s::text[],
            %(till_sequence)s::bigint[], %(source)s::text[], %(sequence)s::bigint[])
     as t (number, site, till, ticket_type, business_date, occurred_at, recorded_at, cashier,
           currency, total_minor, quantity, lines, tenders, digest, message_id, till_source,
           till_sequence, source, sequence)
