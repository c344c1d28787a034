create type public.status as enum ('draft', 'live');
create table public.notes (
    id uuid primary key,
    owner_id uuid not null,
    author_id uuid references auth.users (id) on delete cascade,
    team text,
    is_public boolean not null default false,
    status public.status,
    deleted_at timestamptz
);
alter table public.notes enable row level security;
create policy "Owners read" on public.notes for select to authenticated
    using ((select auth.uid()) = owner_id or is_public and status = 'live' and deleted_at is null);
create index on public.notes (owner_id, team);
create policy "Authors read" on public.notes for select to authenticated
    using ((select auth.uid()) = author_id);
-- what is inserted is not searched for
create policy "Teams write" on public.notes for insert to authenticated with check (team = 'a');
-- another table's column
create policy "Members read" on public.notes for select to authenticated
    using (id in (select team from public.members));
create policy "Gone" on public.notes for select to authenticated using (team = 'b');
drop policy "Gone" on public.notes;
create policy "Elsewhere" on public.elsewhere for select to authenticated using (team = 'b');
