create table public.visits (id uuid primary key, page text not null);

create table if not exists public.orders (
    id uuid primary key,
    created_at timestamptz not null default now()
);

-- a profile belongs to one user, but it changes
create table public.profiles (
    user_id uuid primary key references auth.users (id) on delete cascade,
    nickname text
);

create table public.memberships (
    user_id uuid references auth.users (id) on delete cascade,
    team_id uuid references public.teams (id) on delete cascade,
    primary key (user_id, team_id)
);

create table public.sessions (id uuid primary key, updated_at timestamptz not null default now());

create table public.drafts (id uuid primary key, created_at timestamptz, updated_at timestamptz);
alter table public.drafts drop column created_at;
