-- pair: a table as the guide makes it: keys, indexes, policies, trigger, comments
-- down
drop table public.customer_services;
drop function public.update_timestamp();

-- pair: a table, taken away in the guide's own steps
create table if not exists public.kyc_sessions (
  id uuid primary key default gen_random_uuid(),
  customer_id uuid not null references public.customers(id),
  status text not null check (status in ('pending', 'completed')),
  extracted_data jsonb, risk_score integer check (risk_score between 0 and 100)
);
create index if not exists idx_kyc_customer on public.kyc_sessions(customer_id);
alter table public.kyc_sessions enable row level security;
create policy "kyc own" on public.kyc_sessions for select using (app.me() = customer_id);
-- down
drop policy if exists "kyc own" on public.kyc_sessions;
alter table public.kyc_sessions disable row level security;
drop index if exists public.idx_kyc_customer;
drop table if exists public.kyc_sessions;

-- pair: the guide's junction table
-- down
drop table public.product_categories;

-- pair: a table that did not have to be made
create table if not exists public.teams (id bigint primary key);
-- down
select 1;

-- pair: a table that was there and is dropped by the way back
create table if not exists "Odd Schema.".placeholder (id integer);
-- verdict: unproven
-- lost: the rows of "Odd Schema.".placeholder
-- left: column "Odd Schema.".placeholder.id was removed
-- left: grant on "Odd Schema.".placeholder was removed
-- left: table "Odd Schema.".placeholder was removed
-- down
drop table if exists "Odd Schema.".placeholder;

-- pair: a table is renamed, with a column, a constraint, an index and a policy
-- down
alter trigger moved on public.people rename to touched;
alter policy mine on public.people rename to own;
alter index public.people_lower rename to members_lower;
alter table public.people rename constraint score_is_positive to scored;
alter table public.people rename column remark to note;
alter table public.people rename to members;

-- pair: a table is replaced by a new one of the same name
-- down
drop table public.notes;
alter table public.notes_old rename to notes;

-- pair: two tables swap their names
-- down
alter table public.teams rename to passing;
alter table public.notes rename to teams;
alter table public.passing rename to notes;

-- pair: columns swap their names
-- down
alter table public.notes rename column weight to passing;
alter table public.notes rename column body to weight;
alter table public.notes rename column passing to body;

-- pair: a table moves to another schema
-- down
alter table app.notes set schema public;

-- pair: flags of a table
-- down
alter table public.customers enable row level security;
alter table public.base set logged;
alter table public.teams no force row level security;
alter table public.teams disable row level security;
alter table public.notes replica identity default;
alter table public.notes reset (fillfactor, autovacuum_enabled, toast.autovacuum_enabled);
alter table public.members enable row level security;

-- pair: replica identity and clustering by an index
-- down
alter table public.teams replica identity default;
alter table public.notes set without cluster;

-- pair: a table is dropped and made anew
drop table public.fleeting;
-- verdict: lossy
-- lost: the rows of public.fleeting
-- down
create unlogged table public.fleeting (k text primary key, v jsonb not null default '{}') with (fillfactor = 60);

-- pair: a table is put aside and not dropped
alter table public.fleeting rename to fleeting_until_april;
alter table public.fleeting_until_april set schema app;
-- down
alter table app.fleeting_until_april set schema public;
alter table public.fleeting_until_april rename to fleeting;

-- pair: a partition comes
create table public.log_2028 partition of public.log for values from ('2028-01-01') to ('2029-01-01');
-- down
drop table public.log_2028;

-- pair: a partition is detached
alter table public.log detach partition public.log_2026;
-- down
alter table public.log attach partition public.log_2026 for values from ('2026-01-01') to ('2027-01-01');

-- pair: a partition is dropped
drop table public.log_2027;
-- verdict: lossy
-- lost: the rows of public.log_2027
-- down
create table public.log_2027 partition of public.log for values from ('2027-01-01') to ('2028-01-01');

-- pair: a table begins to inherit
-- down
drop table public.child;
drop table public.aside;

-- pair: columns of a parent change
-- down
alter table public.log drop constraint has_text;
alter table public.log alter column text drop default;
alter table public.base alter column label set not null;
alter table public.base drop column more;

-- pair: names that need quotes
-- down
alter table "Odd Schema."."Place.holder" rename to placeholder;
drop table "Odd Schema."."Table.1";

-- pair: a schema is renamed, and what is in it
-- down
alter procedure core.clean() rename to tidy;
alter aggregate core.sum_of(integer) rename to total;
alter table public.teams rename constraint unique_name to teams_name_key;
alter rule keep on public.teams rename to no_delete;
alter statistics public.stats rename to members_stats;
alter publication stream rename to feed;
alter view public.visible rename to shown;
alter sequence core.counters rename to numbers;
alter domain core.sign rename to code;
alter type core.pair rename attribute first to a;
alter type core.feeling rename value 'blue' to 'sad';
alter type core.feeling rename to mood;
alter function core.whoami() rename to me;
alter schema core rename to app;

-- pair: a schema comes
create schema billing;
create table billing.invoices (id serial primary key);
comment on schema billing is 'invoices';
grant usage on schema billing to authenticated;
-- down
drop schema billing cascade;

-- pair: rows go into a table that was there
insert into public.teams (name) values ('first');
-- verdict: unproven
-- lost: INSERT into public.teams (line 1): the rollback does not remove these rows
-- down
select 1;

-- pair: rows go into a table that was there and come out again
insert into public.fleeting (k) values ('first');
-- down
delete from public.fleeting where k = 'first';

-- pair: rows of a table are deleted
delete from public.notes where weight = 0;
-- verdict: lossy
-- lost: DELETE from public.notes (line 1): the deleted rows do not come back
-- down
select 1;

-- pair: a table is emptied
truncate public.notes;
-- verdict: lossy
-- lost: TRUNCATE of public.notes (line 1): its rows do not come back
-- down
select 1;
