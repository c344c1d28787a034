create policy place on public.orders for insert to authenticated with check (customer_id = (select auth.uid()));
create policy visitors on public.orders for select to anon using (id < 10);
create policy narrow on public.orders as restrictive for select to authenticated using (id > 0);
create policy service on public.orders using (auth.role() = 'service_role');

create table public.notes (id int primary key, author uuid);
alter table public.notes enable row level security;
create policy old on public.notes for select to authenticated using (author = (select auth.uid()));
drop policy old on public.notes;
create policy new on public.notes for select to authenticated using (author = (select auth.uid()));
