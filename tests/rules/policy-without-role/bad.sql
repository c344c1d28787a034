create policy own on public.orders for select using (customer_id = (select auth.uid()));
create policy place on public.orders for insert with check (customer_id = (select auth.uid()));
create policy "Readers" on public.notes using (author = (select auth.uid()));
