create table public.orders (id int primary key, customer_id uuid);
alter table public.orders enable row level security;
create policy "Customers read" on public.orders for select to authenticated using (customer_id = (select auth.uid()));
create policy "Customers place" on public.orders for insert to authenticated with check (customer_id = (select auth.uid()));

create table public.invoices (id int primary key);
alter table public.invoices enable row level security;

-- restrictive policies let nobody in, and service_role needs none
create table public.notes (id int primary key);
alter table public.notes enable row level security;
create policy narrow on public.notes as restrictive for all to authenticated using (id > 0);
create policy service_role_all on public.notes for all using (auth.jwt() ->> 'role' = 'service_role');

create table public.drafts (id int primary key);
alter table public.drafts enable row level security;
create policy everything on public.drafts to authenticated using (id > 0);
create policy reading on public.drafts for select to authenticated using (id > 0);
drop policy everything on public.drafts;
