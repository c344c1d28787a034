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

-- other spellings
create policy "Equal" on public.sums for delete to anon using (1 = 1);
create policy "Either" on public.sums for update to anon using (owner is null or not false);
create policy "Asked" on public.sums for select to anon using ((select 't'::boolean));

-- whoever is logged in
create policy "By role" on public.letters for select using ((select auth.role()) = 'authenticated');
create policy "By id" on public.letters for delete to authenticated using (auth.uid() is not null);

-- a restrictive policy that is for others, or is true itself
create table public.vaults (id int primary key);
alter table public.vaults enable row level security;
create policy "Open" on public.vaults to anon using (true);
create policy "Second factor" on public.vaults as restrictive for all to authenticated
    using ((select auth.jwt() ->> 'aal') = 'aal2');
create policy "Nothing" on public.vaults as restrictive for all to public using (1 = 1);

-- policies that nobody knows
alter policy "Lost" on public.papers using (true);
alter policy "Forgotten" on public.papers to public;

-- whole buckets
insert into storage.buckets (id, name, public) values ('kyc', 'kyc', false);
create policy "Papers" on storage.objects for select using (bucket_id = 'kyc');
create policy "Scans" on storage.objects for select to anon using (bucket_id = 'scans');
