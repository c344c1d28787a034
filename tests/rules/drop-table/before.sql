create table public.orders (id int primary key, note text);
create table public.lines (id int primary key);
create table public.gone (id int primary key);
drop table public.gone;
