create type public.mood as enum ('sad', 'ok');
create view public.totals as select 1 as total;
create function public.total(o uuid) returns numeric language sql as 'select 1.0';
create function public.touch() returns trigger language plpgsql as 'begin return new; end';
create schema app;
create sequence public.numbers;
