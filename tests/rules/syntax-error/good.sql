create table public.orders (id uuid primary key, note text default 'a;b');
alter table public.orders enable row level security;
create function public.f() returns int language sql as $$ select 1; $$;
