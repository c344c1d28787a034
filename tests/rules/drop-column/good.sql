create table public.scratch (id int primary key, a int);
alter table public.scratch drop column a;
alter table public.scratch enable row level security;

alter table public.orders add column tmp int;
update public.orders set tmp = 1 where id > 0;
alter table public.orders drop column tmp;

alter table public.orders drop column if exists never_there;
alter table public.orders drop constraint orders_pkey;
