create policy old on public.orders for select to authenticated using (customer_id = (select auth.uid()));
create policy "Own" on public.orders for delete to authenticated using (customer_id = (select auth.uid()));

create schema private;
create table private.jobs (id int primary key);
create policy mine on private.jobs to authenticated using (id > 0);
