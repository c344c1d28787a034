create function public.close_order(id uuid) returns void language sql security definer set search_path = ''
    as $$ update public.orders set closed = true where orders.id = close_order.id $$;
revoke all on function public.close_order(uuid) from public, anon;

create function private.inside() returns int language sql security definer set search_path = '' as $$ select 1 $$;
create function public.plain() returns int language sql as $$ select 1 $$;
create function public.touch() returns trigger language plpgsql security definer set search_path = ''
    as $$ begin return new; end $$;

-- a policy calls it
create function public.is_member(team int) returns boolean language sql security definer set search_path = ''
    as $$ select true $$;
create table public.teams (id int primary key);
alter table public.teams enable row level security;
create policy members on public.teams for select to authenticated using (is_member(id));

alter default privileges revoke execute on functions from public;
create function public.later() returns int language sql security definer set search_path = '' as $$ select 1 $$;
