-- change: a table as the guide makes it: keys, indexes, policies, trigger, comments
create table if not exists public.customer_services (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers(id) on delete cascade,
  account_number text unique not null,
  status text not null check (status in ('pending', 'active')),
  number bigint generated always as identity,
  created_at timestamptz not null default now(), updated_at timestamptz not null default now()
);
create index if not exists idx_services_customer on public.customer_services(customer_id) where status = 'active';
alter table public.customer_services enable row level security;
create policy "services select" on public.customer_services for select using (app.me() = customer_id);
create policy "service_role_all" on public.customer_services for all using (auth.jwt() ->> 'role' = 'service_role');
create or replace function public.update_timestamp() returns trigger as $$
begin new.updated_at = now(); return new; end; $$ language plpgsql;
create trigger trigger_update before update on public.customer_services
  for each row execute function public.update_timestamp();
comment on table public.customer_services is 'services';
comment on column public.customer_services.status is 'where it stands';

-- change: the guide's junction table
create table public.product_categories (
  member bigint not null references public.members(id) on delete cascade,
  team bigint not null references public.teams(id) on delete cascade, primary key (member, team)
);
create index idx_product_categories_team on public.product_categories(team);

-- change: the guide's enum type and a table that uses it
do $$ begin create type public.order_status as enum ('pending', 'active');
exception when duplicate_object then null; end $$;
create table public.orders (id uuid primary key, status public.order_status default 'pending');

-- change: a table is dropped with everything on it
drop table public.members cascade;

-- change: a table with a serial column is dropped
drop table public.notes;

-- change: a table that others lean on is dropped
drop table public.customers cascade;

-- change: a table is renamed, with a column, a constraint, an index and a policy
alter table public.members rename to people;
alter table public.people rename column note to remark;
alter table public.people rename constraint scored to score_is_positive;
alter index public.members_lower rename to people_lower;
alter policy own on public.people rename to mine;
alter trigger touched on public.people rename to moved;

-- change: a table is replaced by a new one of the same name
alter table public.notes rename to notes_old;
create table public.notes (id bigint primary key, body text not null);

-- change: two tables swap their names
alter table public.teams rename to passing;
alter table public.notes rename to teams;
alter table public.passing rename to notes;

-- change: columns swap their names
alter table public.notes rename column body to passing;
alter table public.notes rename column weight to body;
alter table public.notes rename column passing to weight;

-- change: a table moves to another schema
alter table public.notes set schema app;

-- change: a schema is renamed, and what is in it
alter schema app rename to core;
alter function core.me() rename to whoami;
alter type core.mood rename to feeling;
alter type core.feeling rename value 'sad' to 'blue';
alter type core.pair rename attribute a to first;
alter domain core.code rename to sign;
alter sequence core.numbers rename to counters;
alter view public.shown rename to visible;
alter publication feed rename to stream;
alter statistics public.members_stats rename to stats;
alter rule no_delete on public.teams rename to keep;
alter table public.teams rename constraint teams_name_key to unique_name;
alter aggregate core.total(integer) rename to sum_of;
alter procedure core.tidy() rename to clean;

-- change: a partitioned table is renamed with a column
alter table public.log rename to logs;
alter table public.logs rename column text to line;

-- change: flags of a table
alter table public.customers disable row level security;
alter table public.base set unlogged;
alter table public.teams enable row level security;
alter table public.teams force row level security;
alter table public.notes replica identity full;
alter table public.notes set (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
alter table public.members disable row level security;

-- change: replica identity and clustering by an index
alter table public.teams replica identity using index teams_name_key;
alter table public.notes cluster on notes_pkey;

-- change: the owner of a table changes
alter table public.notes owner to authenticated;

-- change: a column is added, in the way of the guide
alter table public.customers add column if not exists phone_verified boolean default false;
update public.customers set phone_verified = false where phone_verified is null;

-- change: a column with index, constraint, comment and privileges is added
alter table public.teams add column slug text not null default 'x' constraint slug_key unique check (slug <> '');
create index teams_slug on public.teams (slug, name);
comment on column public.teams.slug is 'for the address';
grant update (slug) on public.teams to authenticated;

-- change: columns are dropped with what names them
alter table public.members drop column score cascade;
alter table public.members drop column note cascade;

-- change: an identity column is dropped
alter table public.teams drop column id cascade;

-- change: a column of a type with a length and a collation is dropped
alter table public.members drop column note cascade, drop column "strange.name";

-- change: the type of a column changes, as in the guide
alter table public.notes alter column weight type numeric(10,2) using weight::numeric(10,2);

-- change: the type of a column changes under views and policies
drop view public.shown cascade;
drop policy strict on public.members;
alter table public.members drop column twice;
drop trigger scored on public.members;
alter table public.members alter column score type bigint;
alter table public.members add column twice bigint generated always as (score * 2) stored;
create trigger scored after update of score on public.members
  for each row when (new.score > 5) execute function app.touched();
create policy strict on public.members as restrictive for update to anon, authenticated
  using (score > 1) with check (score > 2);
create view public.shown with (security_invoker = true) as select id, team, score from public.members;
create view public.best as select id, team from public.shown where score > 10;
create function public.best_of(wanted bigint) returns setof public.best language sql stable as
  'select * from public.best where team = wanted';

-- change: a column becomes an enum, with its default
alter table public.customers alter column account_number type app.mood using account_number::app.mood;
alter table public.customers alter column account_number set default 'sad';

-- change: the type of a published column changes
alter publication feed drop table public.notes;
alter table public.notes alter column body type varchar(7);
alter publication feed add table public.notes (id, body);

-- change: defaults come, go and change
alter table public.members alter column born set default '2021-01-01', alter column mood drop default;
alter table public.notes alter column body set default 'none';

-- change: not null comes and goes
alter table public.notes alter column body set not null;
alter table public.teams alter column name drop not null;

-- change: identity columns come, go and change
alter table public.members alter column id set generated by default;
alter table public.members alter column id set increment by 7;
alter table public.teams alter column id drop identity;
alter table public.notes alter column member set not null;
alter table public.notes alter column member add generated always as identity;

-- change: a generated column loses its expression
alter table public.members alter column twice drop expression;

-- change: storage, compression and statistics of a column
alter table public.notes alter column body set storage external;
alter table public.notes alter column body set compression pglz;
alter table public.notes alter column weight set statistics 50;
alter table public.notes alter column weight set (n_distinct = 5);

-- change: constraints come, not checked at first
alter table public.notes add constraint weight_is_positive check (weight > 0) not valid;
alter table public.notes add constraint of_member foreign key (member) references public.members(id) not valid;

-- change: constraints go and change
alter table public.members drop constraint scored;
alter table public.members drop constraint of_team;
alter table public.members add constraint of_team foreign key (team) references public.teams(id) deferrable;
alter table public.teams drop constraint teams_name_key;

-- change: a primary key changes under the foreign keys that lean on it
alter table public.teams drop constraint teams_pkey cascade;
alter table public.teams add constraint teams_pkey primary key (id, name);

-- change: a check of a domain is loosened
alter domain app.code drop constraint code_check;
alter domain app.code add constraint code_check check (value <> 'x') not valid;

-- change: an exclusion constraint is added
alter table public.notes add constraint apart exclude using btree (weight with =);

-- change: indexes come, go and change
drop index public.members_team;
create index members_team on public.members (team, born);
drop index public.members_lower;
create unique index notes_body on public.notes (body) where weight > 1;

-- change: the index of a partitioned table changes
drop index public.log_at;
create index log_at on public.log (at desc);
create index log_text on public.log (text);

-- change: parameters of a sequence
alter sequence app.numbers as integer increment by 3 minvalue 2 maxvalue 900 start with 5 restart 5 cache 4 cycle;
alter sequence public.notes_id_seq increment by 2;

-- change: a sequence comes to a column, another goes
alter sequence public.counter owned by public.notes.weight;
create sequence public.more;

-- change: a sequence is handed to a new table
create table public.numbered (id bigint primary key default nextval('public.counter'));
alter sequence public.counter owned by public.numbered.id;

-- change: a sequence is dropped
drop sequence app.numbers;

-- change: a view gains a column
create or replace view public.best as select id, team, score from public.shown where score > 10;

-- change: a view loses a column, with what depends on it
drop view public.shown cascade;
create view public.shown with (security_invoker = true) as select id, team from public.members where score > 0;

-- change: a view under others gains columns
create or replace view public.shown with (security_barrier = true) as
  select id, team, score, born from public.members;

-- change: a view becomes a table
drop view public.best cascade;
create table public.best (id bigint, team bigint);

-- change: the options and the owner of a view
alter view public.shown reset (security_invoker);
alter view public.best set (check_option = local);
alter view public.best owner to authenticated;

-- change: a materialized view changes, with its index
drop materialized view public.counted;
create materialized view public.counted as select team, max(score) as top from public.members group by team;
create unique index counted_team on public.counted (team);

-- change: a materialized view is dropped
drop materialized view public.counted;

-- change: the body of a function changes
create or replace function app.me() returns uuid language sql stable security definer set search_path = '' as
  'select auth.uid() where true';

-- change: a function returns something else, under the policy that calls it
drop policy "customers select own" on public.customers;
drop function app.me();
create function app.me() returns text language sql stable as 'select auth.uid()::text';
create policy "customers select own" on public.customers for select using (app.me() = id::text);

-- change: a function that a default calls is made with other arguments
alter table public.customers alter column code drop default;
drop function app.next_code(text);
create function app.next_code(start text default 'd') returns text language sql as 'select start || 1';
alter table public.customers alter column code set default app.next_code('e');

-- change: a function that a check calls has another argument name
alter table public.customers drop constraint customers_code_check;
drop view public.seen_by;
drop function app.is_short(text);
create function app.is_short(said text) returns boolean language sql immutable as 'select length(said) < 99';
alter table public.customers add constraint customers_code_check check (app.is_short(code));
create view public.seen_by as select id, app.is_short(note) as short from public.members;

-- change: functions come and go, an overload among them
create function app.next_code(n integer) returns text language sql as 'select n::text';
create function public.shout() returns void language sql begin atomic select 1; end;
drop function public.best_of(bigint);

-- change: a function is dropped with what calls it
drop function app.touched() cascade;

-- change: procedures and aggregates
create or replace procedure app.tidy() language sql as 'select 2';
drop aggregate app.total(integer);
create aggregate app.longest (text) (sfunc = textcat, stype = text, initcond = '');

-- change: triggers come, change and are switched off
drop trigger touched on public.members;
create trigger touched after insert or delete on public.members for each row execute function app.touched();
create constraint trigger late after insert on public.notes deferrable initially deferred
  for each row execute function app.touched();
alter table public.members disable trigger scored;
drop trigger on_signup on auth.users;

-- change: a trigger on a partitioned table
create trigger logged before insert on public.log for each row execute function app.touched();

-- change: rules
drop rule no_delete on public.teams;
create rule no_insert as on insert to public.notes where new.weight > 5 do instead nothing;

-- change: policies come, go and change
alter policy own on public.members to anon using (true);
drop policy strict on public.members;
create policy strict on public.members as permissive for all to public using (score > 7);
create policy more on public.members for insert to authenticated with check (score > 0);
drop policy "customers select own" on public.customers;
drop policy "avatars are public" on storage.objects;
create policy "upload avatars" on storage.objects for insert with check (bucket_id = 'avatars');

-- change: types are made
create type app.size as enum ('s', 'm', 'it''s');
create domain app.email as text collate "C" default 'x@y' check (value like '%@%');
create type app.place as (x float8, y float8, name text);
create type app.period as range (subtype = date);
create table public.sized (size app.size, places app.place[], during app.period, mail app.email);

-- change: types are dropped
drop type app.unused;
drop domain app.rate cascade;
drop type app.span;
drop type app.pair cascade;

-- change: a label is added to an enum
alter type app.unused add value 'c' after 'a';

-- change: attributes of a composite type change
alter type app.loose drop attribute b, add attribute c date;
alter type app.loose alter attribute a type bigint;

-- change: a domain changes
alter domain app.rate set default 1;
alter domain app.rate drop not null;
alter domain app.code set not null;
alter domain app.code owner to authenticated;

-- change: statistics
drop statistics public.members_stats;
create statistics public.notes_stats (ndistinct) on weight, body, (lower(body)) from public.notes;
create statistics public.lowered on (lower(body)) from public.notes;

-- change: a publication and what it publishes
alter publication feed set (publish = 'insert, update', publish_via_partition_root = true);
alter publication feed drop table public.teams;
alter publication feed set table public.notes where (weight > 3), public.members;
create publication other for table public.teams;
alter publication supabase_realtime add table public.members;

-- change: a publication is dropped
drop publication feed;

-- change: comments come, go and change
comment on table public.members is null;
comment on column public.members.note is 'other';
comment on function app.next_code(text) is null;
comment on policy own on public.members is null;
comment on index public.members_code is 'new';
comment on constraint scored on public.members is 'new';
comment on constraint positive on domain app.rate is 'new';
comment on trigger touched on public.members is 'new';
comment on schema app is 'new';
comment on type app.mood is 'new';
comment on column app.pair.a is 'new';
comment on sequence app.numbers is 'new';
comment on view public.shown is 'new';
comment on materialized view public.counted is 'new';
comment on publication feed is 'new';
comment on statistics public.members_stats is 'new';
comment on procedure app.tidy() is 'new';
comment on aggregate app.total(integer) is 'new';
comment on rule no_delete on public.teams is 'new';

-- change: privileges are given and taken
grant insert, update on public.members to anon with grant option;
revoke all on public.members from authenticated;
revoke select on public.members from postgres;
grant update (name), select (id) on public.teams to authenticated;
revoke select (name) on public.teams from anon;
revoke grant option for select on public.notes from authenticated;
grant all on public.notes to anon;
grant usage on schema app to anon;
revoke execute on function app.me() from public;
grant execute on function app.next_code(text) to anon;
revoke usage on type app.mood from public;
grant usage on sequence app.numbers to anon;
grant execute on procedure app.tidy() to anon;

-- change: default privileges
alter default privileges in schema public revoke all on tables from anon;
alter default privileges in schema app grant execute on functions to anon;
alter default privileges in schema app revoke select on tables from anon;
alter default privileges revoke execute on functions from public;

-- change: a table in a schema with its own defaults
create table app.things (id bigint generated always as identity primary key);
revoke all on app.things from anon;

-- change: schemas and extensions
create schema billing;
create table billing.invoices (id serial primary key);
create type billing.state as enum ('open');
create function billing.sum() returns integer language sql as 'select 1';
comment on schema billing is 'invoices';
grant usage on schema billing to authenticated;
create extension if not exists citext schema extensions;

-- change: a schema is dropped with all that is in it
drop schema app cascade;

-- change: an extension is dropped
drop extension "pgcrypto";

-- change: partitions come, go and are detached
create table public.log_2028 partition of public.log for values from ('2028-01-01') to ('2029-01-01');
alter table public.log detach partition public.log_2026;
drop table public.log_2027;

-- change: a partitioned table is dropped
drop table public.log;

-- change: a table stops to inherit
alter table public.derived no inherit public.base;

-- change: a table begins to inherit
create table public.aside (id integer, label text not null);
alter table public.aside inherit public.base;
create table public.child () inherits (public.base);

-- change: a table that inherits is dropped
drop table public.derived;

-- change: columns of a parent change
alter table public.base add column more text;
alter table public.base alter column label drop not null;
alter table public.log alter column text set default 'x';
alter table public.log add constraint has_text check (text <> '');

-- change: buckets
insert into storage.buckets (id, name, public) values ('docs', 'docs', false);
update storage.buckets set public = false, file_size_limit = null, allowed_mime_types = '{application/pdf}'
 where id = 'avatars';

-- change: names that need quotes
create table "Odd Schema."."Table.1" ("Id" integer constraint "pk ""x""" primary key, "a.b" text check ("a.b" <> ''));
create index "Odd.index" on "Odd Schema."."Table.1" ("a.b");
create policy "it's ""mine""" on "Odd Schema."."Table.1" using ("a.b" = 'x');
comment on column "Odd Schema."."Table.1"."a.b" is 'odd';
alter table "Odd Schema.".placeholder rename to "Place.holder";

-- change: settings of the database (superuser)
do $$ begin
  execute format('alter database %I set search_path = "$user", public, app', current_database());
  execute format('alter database %I set work_mem = ''8MB''', current_database());
  execute format('alter role anon in database %I set work_mem = ''9MB''', current_database());
  execute format('alter database %I reset statement_timeout', current_database());
  execute format('revoke connect on database %I from public', current_database());
end $$;

-- change: event triggers (superuser)
create function app.seen() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function app.seen();
alter event trigger watch disable;
alter event trigger watch owner to drafts_admin;

-- change: foreign servers and tables (superuser)
create foreign data wrapper elsewhere;
create server far foreign data wrapper elsewhere options (host 'a, b', port '1');
create foreign table public.distant (id integer options (column_name 'x'), name text) server far options (table_name 't');
create user mapping for postgres server far options (password 'secret');
grant usage on foreign server far to postgres;

-- change: rare things are made (superuser)
create operator public.=== (leftarg = integer, rightarg = integer, function = int4eq);
create cast (app.pair as text) with inout;
create collation app.c from "C";
create text search configuration app.words (copy = simple);
create operator class app.backwards for type integer using btree as operator 1 >, operator 3 =, function 1 btint4cmp(integer, integer);

-- change: objects of another owner are made (superuser)
create table public.of_admin (id integer);
create view public.for_admin as select * from public.of_admin;
alter table public.of_admin owner to supabase_admin;
alter function app.me() owner to supabase_admin;

-- change: objects of another owner are dropped (superuser)
alter function app.is_short(text) owner to supabase_admin;
drop table public.teams cascade;

-- change: jobs and queues (superuser)
select cron.unschedule('hourly');
select cron.schedule('nightly', '0 3 * * *', 'select 2');
update cron.job set schedule = '5 4 * * *' where jobname = 'weekly';
select pgmq.create('tasks');
select pgmq.drop_queue('mails');

-- change: a view that can be written to loses a column
drop view public.editable;
create view public.editable as select id from public.teams;

-- change: a view that a policy reads loses a column
drop policy "of the best" on public.notes;
drop view public.best cascade;
create view public.best as select id from public.shown;
create policy "of the best" on public.notes for select using (member in (select id from public.best));

-- change: a function that views and checks call is dropped with them
drop view public.seen_by;
alter table public.customers drop constraint customers_code_check;
drop function app.is_short(text);

-- change: functions move and get other names
alter function app.me() set schema public;
alter function app.is_short(text) rename to is_brief;
alter procedure app.tidy() set schema public;
alter type app.mood set schema public;
alter view public.best set schema app;
alter table public.members set schema app;
alter index app.members_team rename to team_of_members;

-- change: a table is dropped and made anew, smaller
drop table public.fleeting;
create table public.fleeting (k text primary key);

-- change: a plain table becomes a partitioned one
drop table public.fleeting;
create table public.fleeting (k text primary key) partition by list (k);
create table public.fleeting_rest partition of public.fleeting default;

-- change: a trigger of a partitioned table and a partition are dropped
drop trigger logging on public.log;
drop table public.log_2026;

-- change: much at once
alter table public.members rename column score to points;
alter table public.members add column score text not null default 'x';
alter table public.teams add column parent bigint references public.teams(id);
drop policy own on public.members;
create policy own on public.members using (points > 1 and score = 'x');
create or replace view public.best as select id, team, score from public.shown where score > 1;
create type app.size as enum ('s');
alter table public.notes add column size app.size default 's';
create or replace function app.touched() returns trigger language plpgsql as 'begin return old; end';
grant select (points) on public.members to anon;
alter default privileges in schema public grant select on tables to authenticated;
create index on public.teams (parent);
