create table public.loyalty_accounts (
  user_id uuid primary key references auth.users (id) on delete cascade,
  points integer not null default 0 check (points >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
comment on table public.loyalty_accounts is 'Points of a customer; one row each.';

create table public.loyalty_bookings (
  id bigint generated always as identity primary key,
  user_id uuid not null references public.loyalty_accounts (user_id) on delete cascade,
  order_id bigint references public.orders (id) on delete set null,
  points integer not null check (points <> 0),
  reason text not null,
  created_at timestamptz not null default now()
);
comment on table public.loyalty_bookings is 'What added points and what took them away.';

create index loyalty_bookings_user_id_idx on public.loyalty_bookings (user_id);
create index loyalty_bookings_order_id_idx on public.loyalty_bookings (order_id);

alter table public.loyalty_accounts enable row level security;
alter table public.loyalty_bookings enable row level security;

create policy loyalty_accounts_select on public.loyalty_accounts
  for select to authenticated using ((select auth.uid()) = user_id);
create policy loyalty_bookings_select on public.loyalty_bookings
  for select to authenticated using ((select auth.uid()) = user_id);

grant select on public.loyalty_accounts, public.loyalty_bookings to authenticated;
grant all on public.loyalty_accounts, public.loyalty_bookings to service_role;

insert into public.loyalty_accounts (user_id)
select id from public.profiles
on conflict (user_id) do nothing;

create trigger set_updated_at before update on public.loyalty_accounts
  for each row execute function public.set_updated_at();
