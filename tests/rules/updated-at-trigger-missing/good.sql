create function public.touch() returns trigger language plpgsql set search_path = '' as $$
begin new.updated_at = now(); return new; end $$;

create table public.orders (id uuid primary key, created_at timestamptz, updated_at timestamptz);
create trigger touch before insert or update on public.orders for each row execute function public.touch();
alter table public.orders rename to purchases;

create table public.events (id uuid, created_at timestamptz, updated_at timestamptz, primary key (id, created_at))
    partition by range (created_at);
create table public.events_2026 partition of public.events for values from ('2026-01-01') to ('2027-01-01');
create trigger touch before update on public.events for each row execute function public.touch();

create table public.visits (id uuid primary key, created_at timestamptz);

-- the triggers of these are made by the block
create table public.notes (id uuid primary key, created_at timestamptz, updated_at timestamptz);
do $$
declare name text;
begin
    foreach name in array array['notes'] loop
        execute format('create trigger touch before update on public.%I for each row execute function public.touch()', name);
    end loop;
end $$;
