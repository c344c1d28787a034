create sequence public.sq; create table public.t (id int primary key); alter sequence public.sq owned by public.t.id; drop table public.t; create sequence public.sq;
----
create table public.t (id serial primary key); drop table public.t; create sequence public.t_id_seq;
----
create sequence public.sq; alter sequence public.sq rename to sq2; create sequence public.sq;
----
create sequence public.sq; alter table public.sq rename to sq2; create sequence public.sq;
----
create view public.v as select 1 a; alter table public.v rename to v2; create view public.v as select 1 b;
----
create view public.v as select 1 a; alter view public.v rename column a to b; comment on column public.v.b is 'x';
----
create type public.ct as (a int, b int); comment on column public.ct.a is 'x'; create table public.t of public.ct (primary key (a)); alter table public.t alter column b set not null;
----
create function public.f(a int) returns int language sql as 'select 1'; create function public.f(a int[]) returns int language sql as 'select 1'; create function public.f(a numeric(3,1)) returns int language sql as 'select 1';
----
create schema a; create schema b; create type a.t as enum('x'); create type b.t as enum('x'); create function public.f(x a.t) returns int language sql as 'select 1'; create function public.f(x b.t) returns int language sql as 'select 1';
----
create function public.f(out a int) language sql as 'select 1'; create function public.f(b int, out a int) language sql as 'select 1'; drop function public.f(int); drop function public.f(); create function public.f() returns int language sql as 'select 1';
----
create table public.t (id int primary key, a int); create unique index ti on public.t (a); alter table public.t add constraint tu unique using index ti; create index ti on public.t (a);
----
create table public.t (id int primary key, a int constraint ca check (a>0)); alter table public.t drop column a; alter table public.t add column a int constraint ca check (a>1);
----
create table public.t (id int primary key, a int unique); alter table public.t drop constraint t_a_key; create unique index t_a_key on public.t (a);
----
create table public.t (id int primary key); alter table public.t drop constraint t_pkey; alter table public.t add constraint t_pkey primary key (id);
----
create table public.t (id int primary key, a int); create view public.v as select a from public.t; create or replace view public.v as select a, id from public.t; drop view public.v; alter table public.t drop column a;
----
create table public.p (id int primary key); create table public.c (b int) inherits (public.p); alter table public.p add column z int; create index on public.c (z); update public.c set z = 1;
----
create table public.p (id int primary key); create table public.c (b int) inherits (public.p); alter table public.p rename column id to id9; update public.c set id9 = 1;
----
create table public.p (id int primary key, z int); create table public.c (b int) inherits (public.p); alter table public.p drop column z; alter table public.c add column z int;
----
create table public.p (id int, z int) partition by range(id); create table public.c partition of public.p for values from (1) to (2); alter table public.p drop column z; alter table public.p add column z int; create index on public.c (z);
----
create table public.p (id int, z int) partition by range(id); create table public.c partition of public.p for values from (1) to (2); create index pi on public.p (z); drop index public.pi; create index c_z_idx on public.c (z);
----
create table public.p (id int, z int) partition by range(id); create table public.c partition of public.p for values from (1) to (2); drop table public.p; create table public.c (id int);
----
create table public.p (id int, z int) partition by range(id); create table public.c partition of public.p for values from (1) to (2); create function public.tf() returns trigger language plpgsql as 'begin return new; end'; create trigger tg after insert on public.p for each row execute function public.tf(); alter table public.c disable trigger tg;
----
create table public.t (id int primary key, a int); create table public.o (id int primary key, t_id int references public.t); alter table public.o drop column t_id; drop table public.t;
----
create table public.t (id int primary key, a int); create table public.o (id int primary key, t_id int references public.t); drop table public.t, public.o;
----
create table public.t (id int primary key, a int); create table public.o (id int primary key, t_id int references public.t); drop table public.t cascade; alter table public.o add constraint o_t_id_fkey check (t_id > 0);
----
create schema s; create table s.t (id int primary key); drop schema s cascade; create schema s; create table s.t (id int primary key);
----
create schema s; create table s.t (id int primary key); alter schema s rename to s2; create schema s; create table s.t (id int primary key); update s2.t set id = 1;
----
create schema s; create type s.e as enum('a'); create function s.f() returns int language sql as 'select 1'; create sequence s.q; drop schema s cascade; create schema s; create type s.e as enum('a'); create function s.f() returns int language sql as 'select 1'; create sequence s.q;
----
create schema s; create table s.t (id int primary key); alter table s.t set schema public; drop schema s;
----
create schema s; create function s.f() returns int language sql as 'select 1'; alter function s.f() set schema public; drop schema s;
----
create schema s; create function s.f() returns int language sql as 'select 1'; alter function s.f() rename to g; create function s.f() returns int language sql as 'select 1';
----
create schema s; create type s.f as enum('a'); alter type s.f rename to g; create type s.f as enum('b');
----
create schema s; create type s.f as enum('a'); alter type s.f set schema public; create type s.f as enum('b'); drop schema s cascade;
----
create schema s; create domain s.f as int; alter domain s.f rename to g; create domain s.f as int;
----
create schema s; create sequence s.q; alter sequence s.q set schema public; create sequence s.q;
----
create table public.t (id int primary key); alter table public.t enable row level security; create policy p on public.t for select to anon using (t.id is not null and (t).id > 0 and t.* is not null and t.tableoid is not null);
----
create table public.t (id int primary key, a int); create index on public.t ((t.*));
----
create table public.t (id int primary key, a int); update public.t as x set (a, id) = (select 1, 2) where x.id = 1; update public.t t2 set a = t2.a; merge into public.t using (select 1 as id) s on s.id = t.id when matched then update set a = 1 when not matched then insert (id, a) values (1,2); insert into public.t (id) values (1) on conflict (id) do update set a = excluded.a;
----
with x as (select 1 as id) select * into public.newt from x; alter table public.newt enable row level security; create index on public.newt (id);
----
create table public.cta as select 1 as a; alter table public.cta add column b int; create index on public.cta (a); alter table public.cta rename a to c; create index on public.cta (c);
----
create table public.t (id int primary key); create view public.v with (security_invoker) as with recursive r as (select id from public.t union all select r.id from r) select * from r;
----
create view public.v as select * from information_schema.tables; create view public.v2 as select * from pg_stat_activity; grant select on public.v to anon; create view public.v3 as select * from pg_catalog.pg_class;
----
create temporary table t1 (id int); create index on t1 (id); insert into t1 (id) values (1); alter table t1 add column x int; drop table t1; create temp table t1 (id int); create temp view tv as select 1;
----
create table public.t (id int primary key); create rule r as on insert to public.t do nothing; drop rule r on public.t; comment on table public.t is 'x';
----
create table public.t (id int primary key); create function public.tf() returns trigger language plpgsql as 'begin return new; end'; create trigger g before update on public.t for each row execute function public.tf(); create or replace trigger g before update on public.t for each row execute function public.tf(); alter trigger g on public.t rename to h; drop trigger h on public.t; create constraint trigger h after update on public.t for each row execute function public.tf(); drop function public.tf() cascade; create function public.tf() returns trigger language plpgsql as 'begin return new; end'; create trigger h before update on public.t for each row execute function public.tf();
----
create table public.t (id int primary key, constraint x unique (id)); alter table public.t rename constraint x to y; create index x on public.t (id); alter table public.t drop constraint y; alter table public.t add constraint y unique (id);
----
set search_path = extensions; reset search_path; create table t (id int primary key); create policy p on public.t using (id = 1);
----
set local search_path = 'auth'; set local search_path to default; create table users (id int primary key); alter table public.users enable row level security;
----
create schema s; set search_path to s, public; create table t (id int); discard plans; reset all; create table t (id int);
----
create schema s; create table s.a (x int); select set_config('search_path','s',true); create index on a (x); alter table a add column y int; alter table s.a drop column y;
----
savepoint x; create table public.t (id int primary key); rollback to savepoint x; create table public.t (id int primary key);
----
create table public.t (id int primary key, a text); alter table public.t alter column a type int using a::int, add column b text; alter table public.t drop column a, add column a int;
----
alter table auth.users add column if not exists zz int;
----
create extension if not exists pg_trgm with schema extensions; create table public.t (id int primary key, a text); create index on public.t using gin (a extensions.gin_trgm_ops);
----
create extension citext; drop extension citext; create extension citext with schema extensions;
----
create table public."Order" (id int primary key, "userId" uuid); create index on public."Order" ("userId"); alter table public."Order" add constraint x foreign key ("userId") references auth.users (id); comment on column public."Order"."userId" is 'x';
----
create table public.t (id int primary key); create table public.u (id int primary key, t_id int references public.t (id)); alter table public.t rename column id to tid; alter table public.u add constraint again foreign key (t_id) references public.t (tid);
----
create table public.t (a int, b int, constraint pk primary key (a,b)); alter table public.t drop constraint pk, add constraint pk primary key (a);
----
create publication pub for table auth.users;
----
do $$ declare r record; begin for r in select 1 loop execute 'create table public.dyn (id int)'; end loop; end $$; alter table public.dyn enable row level security; create index on public.dyn (id);
----
create function public.mk() returns void language plpgsql as $$ begin create table public.mkt (id int); end $$; select public.mk(); alter table public.mkt add column b int; create table public.t2 (like public.mkt); create index on public.t2 (b);
----
create domain public.d as int check (value > 0); alter domain public.d add constraint dc check (value < 10); alter domain public.d drop constraint dc; alter domain public.d add constraint dc check (value < 10);
----
create type public.e as enum ('a'); alter type public.e rename value 'a' to 'b'; create table public.t (id int primary key, x public.e default 'b');
----
-- since 17
create type public.e as enum ('a'); alter type public.e add value 'b'; create table public.t (id int primary key, x public.e default 'b');
----
create table public.t (id int primary key, x int generated always as (id*2) stored); alter table public.t alter column x drop expression; alter table public.t alter column x set default 3;
----
create table public.t (id int primary key, a int, b int); create statistics st on a, b from public.t; drop statistics st; create procedure public.pr() language sql as 'select 1'; create function public.pr(a int) returns int language sql as 'select 1'; drop procedure public.pr(); create procedure public.pr() language sql as 'select 1'; drop routine public.pr();create procedure public.pr() language sql as 'select 1';
----
create aggregate public.agg(int) (sfunc = int4pl, stype = int); drop aggregate public.agg(int); create aggregate public.agg(int) (sfunc = int4pl, stype = int); create aggregate public.agg(int8) (sfunc = int8pl, stype = int8);
----
create table public.t (id int primary key); create materialized view public.mv as select id from public.t; create unique index on public.mv (id); refresh materialized view public.mv; drop materialized view public.mv; create view public.mv as select 1 one;
----
create table public.p (id int primary key, z int); create table public.c (b int) inherits (public.p); alter table public.p alter column z type bigint; alter table public.p alter column z set not null; alter table public.c alter column z drop default; alter table public.p drop column z; alter table public.c add column z text;
----
create table public.p (id int, z int) partition by range (id); create table public.c partition of public.p for values from (1) to (2) partition by range (id); create table public.d partition of public.c for values from (1) to (2); alter table public.p add column y int; create index on public.d (y); alter table public.p rename column y to x; update public.d set x = 1; drop table public.p; create table public.d (id int);
----
create table public.p (id int, z int) partition by range (id); create table public.c partition of public.p for values from (1) to (2); alter table public.p detach partition public.c; drop table public.p; alter table public.c add column y int;
----
create table public.p (id int, z int) partition by range (id); create table public.c (id int, z int); alter table public.p attach partition public.c for values from (1) to (2); alter table public.p add column y int; create index on public.c (y); drop table public.p; create table public.c (id int);
----
create table public.p (id int primary key); create table public.c (id int primary key); alter table public.c inherit public.p; alter table public.p add column y int; update public.c set y = 1; alter table public.c no inherit public.p; drop table public.p; alter table public.c drop column y;
----
create table public.p (id int primary key); create table public.c () inherits (public.p); drop table public.p cascade; create table public.c (id int);
----
create table public.p (id int, z int constraint zc check (z > 0)); create table public.c () inherits (public.p); alter table public.p drop constraint zc; alter table public.c add constraint zc check (z > 1);
----
set search_path = auth; set search_path to default; create table users (id int primary key); alter table public.users enable row level security
----
set search_path to auth, public; reset all; create table users (id int primary key); create index on public.users (id)
----
begin; end; select 1
----
create type public.ct as (a int, b int); create table public.t of public.ct (a with options primary key, b with options not null); create index on public.t (b); comment on column public.t.b is 'x'; alter table public.t add constraint c check (b > 0);
----
create table public.t (id int); savepoint a; drop table public.t; rollback to a; alter table public.t add column x int; release savepoint a; alter table public.t add column y int;
----
create table public.t (id int); savepoint a; alter table public.t add column x int; rollback to savepoint a; alter table public.t add column x text;
----
create type public.e as enum ('a'); savepoint a; drop type public.e; rollback to a; create table public.t (x public.e default 'a');
----
create table public.t (id int generated by default as identity primary key); drop table public.t; create sequence public.t_id_seq;
----
create table public.t (id int primary key); create sequence public.sq owned by public.t.id; alter table public.t drop column id; create sequence public.sq;
----
create table public.t (id int primary key); create sequence public.sq; alter sequence public.sq owned by public.t.id; alter sequence public.sq owned by none; drop table public.t; drop sequence public.sq; create sequence public.sq;
----
create table public.t (id int primary key); create sequence public.sq owned by public.t.id; alter table public.t rename to u; drop table public.u; create sequence public.sq;
----
set check_function_bodies = off; create function public.f() returns int language sql as 'selct 1';
----
set check_function_bodies to off; create function public.f() returns int language plpgsql as 'begin retrun 1; end';
----
set local check_function_bodies = false; create function public.f() returns int language plpgsql as 'bgin';
----
create function public.f() returns trigger language plpgsql as $$ begin new.a := 1; return new; end $$; create or replace function public.f() returns trigger language plpgsql as $$ begin return null; end $$
----
create table public.t (id int primary key, a int); create view public.v as select a from public.t; create view public.w as select a from public.v; drop view public.v cascade; create view public.w as select 1 as one; alter table public.t drop column a;
----
create table public.t (id int primary key); create policy p on public.t using (true); drop policy p on public.t; create policy p on public.t using (id > 0); alter policy p on public.t rename to q; create policy p on public.t for insert with check (true);
----
create schema s; create table s.t (id int); set local search_path to s; alter table t add column a int; drop table t; set local search_path to public; create table t (id int);
----
create table public.a (id int primary key); create table public.b (id int references public.a); alter table public.b drop constraint b_id_fkey; drop table public.a; create table public.a (id text);
----
create function public.f(a int) returns int language sql as 'select a'; create function public.f(a text) returns int language sql as 'select 1'; drop function public.f(int); create function public.f(b int) returns int language sql as 'select b';
----
create materialized view public.m as select 1 as a; create unique index on public.m (a); refresh materialized view public.m; drop materialized view public.m; create table public.m (id int);
----
create table if not exists public.t (id int); create table if not exists public.t (id int, b int); alter table public.t add column b int;
----
do $$ begin create table public.t (id int); end $$; alter table public.t add column if not exists a int; create index if not exists i on public.t (a);
----
do $$ begin if false then create table public.t (id int); end if; end $$; create table public.t (id text);
----
create domain public.d as text; drop domain public.d; create type public.d as enum ('a'); drop type public.d; create type public.d as (a int);
