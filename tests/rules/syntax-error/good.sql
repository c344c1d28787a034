create table public.orders (id uuid primary key, note text default 'a;b');
create function public.f() returns int language sql as $$ select 1; $$;
