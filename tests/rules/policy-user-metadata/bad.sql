create policy admins on public.orders for select to authenticated
    using ((select auth.jwt()) -> 'user_metadata' ->> 'role' = 'admin');
alter policy admins on public.orders
    using (exists (select from auth.users where raw_user_meta_data ->> 'role' = 'admin'));
