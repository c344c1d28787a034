create function public.touch() returns trigger language plpgsql set search_path = '' as $$
begin new.updated_at = now(); return new; end $$;

create table public.orders (
    id uuid primary key,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create trigger touch after update on public.orders for each row execute function public.touch();

create table public."Visits" (id uuid primary key, created_at timestamptz, updated_at timestamptz);
create trigger touch before insert on public."Visits" for each row execute function public.touch();

create table public.notes (id uuid primary key, created_at timestamptz);
alter table public.notes add column "updatedAt" timestamptz;

create table public.drafts (id uuid primary key, created_at timestamptz, updated_at timestamptz);
create trigger touch before update on public.drafts for each row execute function public.touch();
drop trigger touch on public.drafts;
