create table public.orders (id int primary key, customer_id uuid, adviser_id uuid);
alter table public.orders enable row level security;
create policy customers on public.orders for select to authenticated using (customer_id = (select auth.uid()));
