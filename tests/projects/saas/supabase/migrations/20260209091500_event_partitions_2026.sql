-- The cron job had been off since the move to the new region: what is missing, by hand.
create table if not exists public.events_2026_01 partition of public.events
  for values from ('2026-01-01') to ('2026-02-01');
create table if not exists public.events_2026_02 partition of public.events
  for values from ('2026-02-01') to ('2026-03-01');
create table if not exists public.events_2026_03 partition of public.events
  for values from ('2026-03-01') to ('2026-04-01');

alter table public.events_2026_01 enable row level security;
alter table public.events_2026_02 enable row level security;
