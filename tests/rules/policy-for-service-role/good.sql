create policy "Own or service" on public.orders to authenticated
    using (customer_id = (select auth.uid()) or (select auth.role()) = 'service_role');
create policy "Both" on public.orders to authenticated, service_role using (customer_id = (select auth.uid()));
create policy "By column" on public.notes to authenticated using (role = 'service_role');
create policy "Gone" on public.notes to service_role using (true);
drop policy "Gone" on public.notes;
grant select, insert, update, delete on public.orders to service_role;
