-- Find up to which number all tickets of a device belong to closed days, without a hole.
select coalesce(max(sequence), %(settled)s::bigint)
from (
    select r.sequence, row_number() over (order by r.sequence) as place,
           bool_and(d.id is not null) over (order by r.sequence) as is_closed
    from pos_registerticket r
    join pos_till l on l.id = r.till_id
    left join pos_ticket t on t.message_id = r.message_id
    left join pos_storeday d
        on d.till = l.code and d.business_date = t.business_date and d.state = 'closed'
    where r.till_id = %(till)s and r.epoch = %(epoch)s and r.sequence > %(settled)s
) numbered
where is_closed and sequence = %(settled)s::bigint + place
