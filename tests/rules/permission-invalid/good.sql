-- bascule: allow primary-key-missing because it is a log that nobody updates
create table public.log (line text);
alter table public.log enable row level security;
-- about bascule: nothing
select 'bascule: allow nothing';
-- Bascule allows much, and bascule allowed this
select 2;
