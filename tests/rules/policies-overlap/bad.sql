create policy advisers on public.orders for select to authenticated using (adviser_id = (select auth.uid()));

create table public.notes (id int primary key, author uuid);
alter table public.notes enable row level security;
create policy "Everything" on public.notes to authenticated using (author = (select auth.uid()));
create policy "Visitors read" on public.notes for select using (id < 10);
create policy "Authors write" on public.notes for insert to authenticated with check (author = (select auth.uid()));
