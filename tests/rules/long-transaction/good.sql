insert into public.orders (id) values (1);
update public.customers set name = 'x' where id = 1;
create table public.notes (id int primary key);
alter table public.notes enable row level security;
create view public.names with (security_invoker = on) as select name from public.customers;
do $$ begin
    alter table public.orders add column note text;
exception when duplicate_column then null;
end $$;
