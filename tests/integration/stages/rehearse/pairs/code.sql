-- pair: a view gains a column
-- down
drop function public.best_of(bigint);
drop policy "of the best" on public.notes;
drop view public.best;
create view public.best as select id, team from public.shown where score > 10;
comment on view public.best is 'the best';
comment on column public.best.team is 'whose';
grant select on public.best to anon;
create policy "of the best" on public.notes for select using (member in (select id from public.best));
create function public.best_of(wanted bigint) returns setof public.best language sql stable as
  'select * from public.best where team = wanted';

-- pair: the body of a view changes
create or replace view public.best as select id, team from public.shown where score > 20;
-- down
create or replace view public.best as select id, team from public.shown where score > 10;

-- pair: the options of a view
alter view public.shown reset (security_invoker);
alter view public.best set (check_option = local);
-- down
alter view public.best reset (check_option);
alter view public.shown set (security_invoker = true);

-- pair: a materialized view changes, with its index
-- down
drop materialized view public.counted;
create materialized view public.counted as select team, count(*) as members from public.members group by team;
create unique index counted_team on public.counted (team);

-- pair: a materialized view comes
create materialized view public.heavy as select id from public.notes where weight > 9 with no data;
create unique index heavy_id on public.heavy (id);
-- down
drop materialized view public.heavy;

-- pair: a rule comes and a rule goes
-- up of: rules
-- down
drop rule no_insert on public.notes;
create rule no_delete as on delete to public.teams do instead nothing;

-- pair: the body of a function changes
-- down
create or replace function app.me() returns uuid language sql stable as 'select auth.uid()';

-- pair: a function returns something else, under the policy that calls it
-- down
drop policy "customers select own" on public.customers;
drop function app.me();
create function app.me() returns uuid language sql stable as 'select auth.uid()';
create policy "customers select own" on public.customers for select using (app.me() = id);

-- pair: functions come and go, an overload among them
-- down
create function public.best_of(wanted bigint) returns setof public.best language sql stable as
  'select * from public.best where team = wanted';
drop function public.shout();
drop function app.next_code(integer);

-- pair: procedures and aggregates
-- down
drop aggregate app.longest (text);
create aggregate app.total (integer) (sfunc = int4pl, stype = integer, initcond = '0', parallel = safe);
create or replace procedure app.tidy() language sql as 'select 1';

-- pair: triggers come, change and are switched off
-- down
create trigger on_signup after insert on auth.users for each row execute function app.touched();
alter table public.members enable trigger scored;
drop trigger late on public.notes;
drop trigger touched on public.members;
create trigger touched before update on public.members for each row execute function app.touched();

-- pair: a trigger on a partitioned table
-- down
drop trigger logged on public.log;

-- pair: policies come, go and change
-- down
drop policy "upload avatars" on storage.objects;
create policy "avatars are public" on storage.objects for select using (bucket_id = 'avatars');
create policy "customers select own" on public.customers for select using (app.me() = id);
drop policy more on public.members;
drop policy strict on public.members;
create policy strict on public.members as restrictive for update to anon, authenticated
  using (score > 1) with check (score > 2);
alter policy own on public.members to authenticated using (seen > '2020-05-05 00:00+02');

-- pair: a policy opens up, in the guide's way
create policy "service_role_all" on public.members for all using (auth.jwt() ->> 'role' = 'service_role');
-- down
drop policy "service_role_all" on public.members;

-- pair: a policy is loosened and the old expression forgotten
alter policy own on public.members using (true);
-- verdict: unproven
-- left: policy own on public.members changed
-- down
alter policy own on public.members using (seen > now());

-- pair: row level security comes to a table
alter table public.teams enable row level security;
create policy "teams are read" on public.teams for select to authenticated using (true);
-- down
drop policy "teams are read" on public.teams;
alter table public.teams disable row level security;

-- pair: the guide's enum type and a table that uses it
-- down
drop table public.orders;
drop type public.order_status;

-- pair: types are made
-- down
drop table public.sized;
drop type app.period;
drop type app.place;
drop domain app.email;
drop type app.size;

-- pair: types are dropped
drop type app.unused;
drop type app.span;
-- down
create type app.span as range (subtype = float8, subtype_diff = float8mi);
create type app.unused as enum ('a', 'b');

-- pair: a label is added to an enum
-- verdict: irreversible
-- left: type app.unused changed
-- down
select 1;

-- pair: a label of an enum gets another name
alter type app.mood rename value 'sad' to 'blue';
-- down
alter type app.mood rename value 'blue' to 'sad';

-- pair: attributes of a composite type change
-- down
alter type app.loose alter attribute a type integer;
alter type app.loose drop attribute c, add attribute b text;

-- pair: a domain changes
alter domain app.rate set default 1;
alter domain app.rate drop not null;
-- down
alter domain app.rate set not null;
alter domain app.rate set default 0;

-- pair: statistics
-- down
drop statistics public.lowered;
drop statistics public.notes_stats;
create statistics public.members_stats on team, score from public.members;
