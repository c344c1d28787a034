create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));
create policy everybody on public.prices for select to public using (id > 0);
create policy mended on public.notes for select using (author = (select auth.uid()));
alter policy mended on public.notes to authenticated;
create policy service on public.notes using (auth.role() = 'service_role');
create policy inside on private.jobs using (id > 0);
