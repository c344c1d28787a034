alter publication supabase_realtime add table public.orders, public.inventory;

alter table public.orders replica identity full;

create table public.order_events (
  id bigint generated always as identity primary key,
  order_id bigint not null references public.orders (id) on delete cascade,
  from_status public.order_status,
  to_status public.order_status not null,
  at timestamptz not null default now()
);
comment on table public.order_events is 'Every change of an order''s status, newest last.';

create index order_events_order_id_idx on public.order_events (order_id, at);
alter table public.order_events enable row level security;

create policy order_events_select_own on public.order_events
  for select to authenticated
  using (exists (
    select 1 from public.orders o where o.id = order_events.order_id and o.user_id = (select auth.uid())
  ));

create or replace function public.record_order_event() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' then
    insert into public.order_events (order_id, to_status) values (new.id, new.status);
  elsif new.status is distinct from old.status then
    insert into public.order_events (order_id, from_status, to_status) values (new.id, old.status, new.status);
  end if;
  return null;
end;
$$;

create trigger record_order_event
  after insert or update of status on public.orders
  for each row execute function public.record_order_event();
