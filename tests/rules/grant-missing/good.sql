create table public.orders (id int primary key, customer_id uuid);
alter table public.orders enable row level security;
create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));
grant all on public.orders to authenticated, service_role;

create table private.jobs (id int primary key);
create table public.visits (seen_at date primary key) partition by range (seen_at);
alter table public.visits enable row level security;
create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');
alter table public.visits_2026 enable row level security;
grant select on all tables in schema public to authenticated, service_role;

alter default privileges in schema public grant select on tables to authenticated, service_role;
create table public.notes (id int primary key);
alter table public.notes enable row level security;

alter default privileges in schema public revoke all on tables from authenticated, service_role;
create table public.tags (id int primary key);
alter table public.tags enable row level security;
do $$ begin execute format('grant select on public.%I to authenticated, service_role', 'tags'); end $$;
