create table public.orders (id int primary key, customer_id uuid);
alter table public.orders enable row level security;
create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));

create view public.open_orders with (security_invoker = on) as select id from public.orders;

create table public.notes (id int primary key, author uuid);
alter table public.notes enable row level security;
create policy own on public.notes to authenticated using (author = (select auth.uid()));
grant select, insert on public.notes to authenticated;
grant all on public.notes to service_role;

create table public.prices (id int primary key);
alter table public.prices enable row level security;
grant select on public.prices to anon;

create table public.posts (id int primary key, author uuid);
alter table public.posts enable row level security;
create policy read on public.posts for select to anon, authenticated using (id > 0);
create policy own on public.posts for update to authenticated using (author = (select auth.uid()));
