create policy own on public.orders for select to authenticated using (auth.uid() = customer_id);
create policy place on public.orders for insert to authenticated with check (customer_id = auth.uid());

create policy members on public.teams to authenticated
    using (exists (select from public.members where user_id = auth.uid() and team_id = teams.id));
create policy tenant on public."Bills" to authenticated
    using (tenant = current_setting('app.tenant')::uuid);
create policy admins on public.notes to authenticated using ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');
