-- What people do in the product, by month. Partitions are made ahead by private.make_event_partition().
create table public.events (
  id uuid not null default gen_random_uuid(),
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  user_id uuid references auth.users (id) on delete set null,
  name text not null,
  properties jsonb not null default '{}',
  occurred_at timestamptz not null default now(),
  primary key (id, occurred_at)
) partition by range (occurred_at);
comment on table public.events is 'Product events, one partition per month.';

create index events_organisation_idx on public.events (organisation_id, occurred_at);
create index events_user_id_idx on public.events (user_id);

alter table public.events enable row level security;

create policy "Members record events" on public.events
for insert to authenticated
with check (user_id = (select auth.uid()) and private.is_member(organisation_id));

create policy "Admins read events" on public.events
for select to authenticated
using (private.has_role(organisation_id, 'owner', 'admin'));

create or replace function private.make_event_partition(month date) returns void
language plpgsql
set search_path = ''
as $$
declare
  first_day date := date_trunc('month', month)::date;
  name text := 'events_' || to_char(month, 'YYYY_MM');
begin
  execute format(
    'create table if not exists public.%I partition of public.events for values from (%L) to (%L)',
    name, first_day, (first_day + interval '1 month')::date
  );
  -- a partition can be read by its own name, and then only its own row security counts
  execute format('alter table public.%I enable row level security', name);
end;
$$;

do $$
begin
  for n in 0 .. 4 loop
    perform private.make_event_partition((date '2025-08-01' + make_interval(months => n))::date);
  end loop;
end
$$;

select cron.schedule(
  'make-event-partition',
  '0 2 20 * *',
  $$select private.make_event_partition((now() + interval '1 month')::date)$$
);
