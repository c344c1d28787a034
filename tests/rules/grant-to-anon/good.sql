grant select on table public.prices to anon;
grant all on table public.orders to authenticated, service_role;
grant all on table private.jobs to anon;
revoke all on table public.orders from anon;

create function public.greet() returns text language sql as $$ select 'hello' $$;
grant execute on function public.greet() to anon;
create function public.touch() returns trigger language plpgsql security definer set search_path = ''
    as $$ begin return new; end $$;
grant all on function public.touch() to anon;
alter default privileges in schema private grant all on tables to anon;
alter default privileges in schema public revoke all on tables from anon;
grant usage on schema public to anon;
