create policy "service_role_all" on public.orders for all using (auth.jwt() ->> 'role' = 'service_role');
create policy "Service" on public.notes to service_role using (true) with check (true);
create policy "Writes" on public.notes for insert to authenticated with check ((select auth.role()) = 'service_role'::text);
