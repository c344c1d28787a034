alter table public.clients rename to customers;
create view public.clients with (security_invoker = on) as select * from public.customers;

alter table public.people rename constraint people_pkey to people_key;
alter index public.people_key rename to people_pkey;
alter policy "Own" on public.people rename to "Own rows";
alter trigger touch on public.people rename to touched;
alter extension pg_net set schema extensions;

create table public.scratch (id int primary key, a int);
alter table public.scratch rename column a to b;
alter table public.scratch enable row level security;
alter table public.scratch rename to kept;
