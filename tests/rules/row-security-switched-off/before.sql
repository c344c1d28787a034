create table public.orders (id int primary key);
alter table public.orders enable row level security;
create table public.gone (id int primary key);
alter table public.gone enable row level security;
create table public.open (id int primary key);
