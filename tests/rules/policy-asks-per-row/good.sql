create policy own on public.orders to authenticated using (customer_id = (select auth.uid()));
create policy admins on public.notes to authenticated
    using ((select auth.jwt() -> 'app_metadata' ->> 'role') = 'admin' or author in (select auth.uid()));
create policy members on public.teams to authenticated
    using (id in (select team_id from public.members where user_id = (select auth.uid())));
create policy old on public.drafts to authenticated using (auth.uid() = author);
alter policy old on public.drafts using ((select auth.uid()) = author);
create policy by_function on public.drafts to authenticated using (private.is_member(id));
