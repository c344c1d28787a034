create table public.members (id int primary key, user_id uuid, team_id int);
alter table public.members enable row level security;
create table public.teams (id int primary key, owner_id uuid);
alter table public.teams enable row level security;
create policy "Members see teams" on public.teams for select to authenticated
    using (id in (select team_id from public.members where user_id = (select auth.uid())));
create table public.plain (id int primary key, team_id int);
