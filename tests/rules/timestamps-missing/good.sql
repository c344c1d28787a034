create table public.orders (
    id uuid primary key,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);

-- added by a later statement
create table public.visits (id uuid primary key);
alter table public.visits add column created_at timestamptz not null default now();
alter table public.visits add column updated_at timestamptz not null default now();

-- a junction table is never changed
create table public.memberships (
    user_id uuid references auth.users (id) on delete cascade,
    team_id uuid references public.teams (id) on delete cascade,
    created_at timestamptz not null default now(),
    primary key (user_id, team_id)
);

create table public.events (
    id uuid not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (id, created_at)
) partition by range (created_at);
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');

-- as other tools call them
create table public."Posts" (id uuid primary key, "createdAt" timestamptz, "updatedAt" timestamptz);
create table public.notes (id uuid primary key, inserted_at timestamptz, updated_at timestamptz);

-- what nobody knows
create table public.copies as select * from public.elsewhere;
create table public.likes (like public.elsewhere including all);

create temporary table work (id int);
create table public.scratch (id uuid primary key);
drop table public.scratch;
create view public.recent with (security_invoker = on) as select id from public.orders;
