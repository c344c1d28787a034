create table public.notes (id int primary key);
alter table "public".notes enable row level security;
create temporary table numbers (n int);
create index on numbers (n);
insert into notes (id) values (1);
create extension if not exists pg_net;
create schema app;
