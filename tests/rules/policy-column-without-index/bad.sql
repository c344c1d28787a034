create table public.notes (
    id uuid primary key,
    owner_id uuid not null,
    team text,
    is_public boolean not null default false
);
alter table public.notes enable row level security;
create policy "Everybody reads" on public.notes for select to authenticated using (is_public);
create policy "Owners read" on public.notes for select to authenticated
    using ((select auth.uid()) = owner_id);
create policy "Owners write" on public.notes for update to authenticated
    using (owner_id = (select auth.uid()) and notes.team = 'a')
    with check (owner_id = (select auth.uid()));
create index on public.notes (owner_id) where is_public;

create table public."Files" (id uuid primary key, "ownerId" uuid);
alter table public."Files" enable row level security;
create policy own on public."Files" for delete to authenticated using ((select auth.uid()) = id);
alter policy own on public."Files" using ((select auth.uid()) = "ownerId");
