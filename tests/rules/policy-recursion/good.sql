-- read one way only
create policy "Own memberships" on public.members for select to authenticated using (user_id = (select auth.uid()));

-- a function reads with its owner's rights, and so does a plain view
create table public.profiles (id uuid primary key, is_admin boolean);
alter table public.profiles enable row level security;
create policy "Admins see all" on public.profiles for select to authenticated using (private.is_admin());
create table public.rooms (id int primary key);
alter table public.rooms enable row level security;
create view private.all_rooms as select id from public.rooms;
create policy through on public.rooms for select to authenticated using (id in (select id from private.all_rooms));

-- SELECT policies without any sub-select end it
create table public.seats (id int primary key, user_id uuid);
alter table public.seats enable row level security;
create policy see on public.seats for select to authenticated using (user_id = auth.uid());
create policy take on public.seats for insert to authenticated
    with check (not exists (select from public.seats s where s.user_id = auth.uid()));

-- row level security is off there; other roles; a WITH name
create policy "Free" on public.plain for select to authenticated using (id in (select id from public.plain));
create table public.logs (id int primary key);
alter table public.logs enable row level security;
create policy "Service" on public.logs for select to service_role using (id in (select id from public.logs));
create policy "Named" on public.logs for select to authenticated
    using (id in (with logs as (select 1 as id) select id from logs));

-- tables that nobody knows: others that are read, an INSERT alone
create policy "Of a team" on public.staff for select to authenticated
    using (team_id in (select team_id from public.leads));
create policy "Hire" on public.hired for insert to authenticated with check ((select count(*) from public.hired) < 9);
