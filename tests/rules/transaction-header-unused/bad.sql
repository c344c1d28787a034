-- pg-delta: transaction=false
-- bascule: transaction=false because it seemed a good idea
create table public.orders (id int primary key);
alter table public.orders enable row level security;
