create policy "Service role can do everything" on public.orders for all using (true);
create table public.devices (id int primary key, user_id uuid references auth.users (id) on delete cascade);
alter table public.devices enable row level security;
create policy "Devices register" on public.devices for insert to anon with check (true);
create policy "Anyone may sign up" on public.waitlist for insert to anon with check (true);
create policy "Anyone may read" on public.prices for select to anon, authenticated using (true);
create policy "Members read" on public.members for select to authenticated using (true);
create policy "Members change" on public.members for update to authenticated using (true);
create policy "Owners give away" on public.cars for update to anon using (owner = 1) with check (true);
create policy "Uploads" on storage.objects for insert with check (true);
create policy "Closed" on public.notes for delete to authenticated using (author = (select auth.uid()));
alter policy "Closed" on public.notes to public using (true);
do $$ begin
    create policy "Perhaps" on public.tags for delete to anon using (true);
exception when duplicate_object then null;
end $$;
