-- Clocks that stand where they are put. They come before PostgreSQL's own in the search path of
-- everybody who connects here; where nobody has put them, they tell the real time.
create schema simulated;

create function simulated.now() returns timestamptz language sql stable parallel safe
  return coalesce(nullif(pg_catalog.current_setting('yipan.now', true), '')::timestamptz, pg_catalog.now());

create function simulated.transaction_timestamp() returns timestamptz language sql stable parallel safe
  return coalesce(nullif(pg_catalog.current_setting('yipan.now', true), '')::timestamptz, pg_catalog.now());

create function simulated.statement_timestamp() returns timestamptz language sql stable parallel safe
  return coalesce(nullif(pg_catalog.current_setting('yipan.now', true), '')::timestamptz,
                  pg_catalog.statement_timestamp());

create function simulated.clock_timestamp() returns timestamptz language sql volatile parallel safe
  return coalesce(nullif(pg_catalog.current_setting('yipan.now', true), '')::timestamptz,
                  pg_catalog.clock_timestamp());

-- Functions as they were before they were bent to these clocks, to be put back by thawing.
create table simulated.original (name text primary key, definition text not null);
