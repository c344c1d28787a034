create table public.orders (id int primary key);
create table notes (id int primary key);
alter table notes enable row level security;
create index on notes (id);
create function touch() returns void language sql as 'select 1';
create type mood as enum ('ok');
