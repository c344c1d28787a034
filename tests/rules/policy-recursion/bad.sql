create table public.profiles (id uuid primary key, is_admin boolean);
alter table public.profiles enable row level security;
create policy "Admins see all" on public.profiles for select to authenticated
    using (exists (select 1 from profiles p where p.id = (select auth.uid()) and p.is_admin));

create policy "Owners see members" on public.members for select to authenticated
    using (team_id in (select id from public.teams where owner_id = (select auth.uid())));

-- the SELECT policy has a sub-select, and that is enough
create table public.seats (id int primary key, user_id uuid);
alter table public.seats enable row level security;
create policy see on public.seats for select to authenticated using (user_id = (select auth.uid()));
create policy take on public.seats for insert to authenticated
    with check (not exists (select from public.seats s where s.user_id = (select auth.uid())));

-- over a view that asks as the client
create table public.rooms (id int primary key);
alter table public.rooms enable row level security;
create view public.all_rooms with (security_invoker = on) as select id from public.rooms;
create policy through on public.rooms for select to authenticated using (id in (select id from public.all_rooms));

-- tables that nobody knows
create policy "Peers" on public.staff for select to authenticated
    using (exists (select 1 from public.staff s where s.team = team and s.id = (select auth.uid())));
create policy "Leads" on public.teams to authenticated using (id in (select team_id from public.leads));
create policy "Teams" on public.leads for select to authenticated using (team_id in (select id from public.teams));
