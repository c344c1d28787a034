create table public.usage_by_day (
  organisation_id uuid not null references public.organisations (id) on delete cascade,
  day date not null,
  active_users integer not null default 0,
  events integer not null default 0,
  computed_at timestamptz not null default now(),
  primary key (organisation_id, day)
);
comment on table public.usage_by_day is 'Figures for the page "Usage"; computed each night.';

alter table public.usage_by_day enable row level security;

create policy "Admins read usage" on public.usage_by_day
for select to authenticated
using (private.has_role(organisation_id, 'owner', 'admin', 'billing'));

create or replace function private.compute_usage(of_day date) returns integer
language plpgsql
set search_path = ''
as $$
declare
  written integer;
begin
  insert into public.usage_by_day (organisation_id, day, active_users, events)
  select e.organisation_id, of_day, count(distinct e.user_id), count(*)
  from public.events e
  where e.occurred_at >= of_day and e.occurred_at < of_day + 1
  group by e.organisation_id
  on conflict (organisation_id, day) do update
  set active_users = excluded.active_users, events = excluded.events, computed_at = now();
  get diagnostics written = row_count;
  return written;
end;
$$;

revoke execute on function private.compute_usage(date) from public;

select cron.schedule('compute-usage', '10 1 * * *', $$select private.compute_usage(current_date - 1)$$);
