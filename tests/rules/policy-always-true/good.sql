create policy "Own orders" on public.orders to authenticated using (customer_id = (select auth.uid()));
create policy "Reports" on public.orders for select to reporting using (true);
create policy "Service" on public.orders to service_role using (true) with check (true);

-- without an expression nobody gets through
create policy "Nobody reads" on public.orders for select to anon;
create policy "Nobody inserts" on public.orders for insert to anon;

-- restrictive, dropped, made narrow, not shown
create policy "Not more" on public.orders as restrictive for all to anon using (true);
create policy "For a moment" on public.notes to anon using (true);
drop policy "For a moment" on public.notes;
create policy "Mended" on public.notes to authenticated using (true);
alter policy "Mended" on public.notes using (author = (select auth.uid()));
create policy "Inside" on private.jobs to anon using (true);
create policy "False" on public.notes for delete to anon using (false);
create policy "Avatars" on storage.objects for select using (bucket_id = 'avatars' and owner_id = 'a');

-- public files are open by themselves; constants that decide nothing; a policy that is altered narrowly
insert into storage.buckets (id, name, public) values ('logos', 'logos', true);
create policy "Logos" on storage.objects for select using (bucket_id = 'logos');
create policy "Both" on public.notes for update to anon using (true and author = (select auth.uid()));
create policy "Unequal" on public.notes for update to anon using (1 = 2 or not true);
create policy "Never" on public.notes for delete to anon using (auth.uid() is not null);
alter policy "Lost" on public.papers using (owner = (select auth.uid()));
alter policy "Forgotten" on public.papers to public using (owner = (select auth.uid()));
alter policy "Left" on public.papers to reporting using (true);
