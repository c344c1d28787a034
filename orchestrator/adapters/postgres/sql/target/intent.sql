-- The intent: what a file that runs outside a transaction is about to do, committed before it is done and taken
-- out in the transaction of the history row. After a crash it says what there was before.

-- name: exists
select pg_catalog.to_regclass('supabase_migrations.bascule_intent') is not null;

-- name: begin
-- $1 version, $2 sha256, $3 finished, $4 statement, $5 relation, $6 name. Known is what there is already of what
-- the statement makes or takes away: whatever appears or goes from now on, we did.
with asked as (
  select pg_catalog.to_regclass(nullif($5::text, '')) as relation, nullif($6::text, '')::name as name
), known as (
  select case $4::text
    when 'CREATE INDEX CONCURRENTLY' then
      array(select indexrelid from pg_catalog.pg_index where indrelid = relation)
    when 'REINDEX CONCURRENTLY' then array(select indexrelid from pg_catalog.pg_index)
    when 'DROP INDEX CONCURRENTLY' then pg_catalog.array_remove(array[relation::oid], null)
    when 'DETACH PARTITION CONCURRENTLY' then
      array(select inhrelid from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
             where inhparent = relation and relname = name)
    else '{}'::oid[]
  end as oids from asked
)
insert into supabase_migrations.bascule_intent
       (version, sha256, finished, statement, relation, name, known, pid, backend_start)
select $1::text, $2::text, $3::int4, $4::text, relation, name, oids, pg_catalog.pg_backend_pid(),
       (select backend_start from pg_catalog.pg_stat_activity where pid = pg_catalog.pg_backend_pid())
  from asked, known
on conflict (version) do update
   set (sha256, finished, statement, relation, name, known, pid, backend_start, written)
     = row(excluded.sha256, excluded.finished, excluded.statement, excluded.relation, excluded.name,
           excluded.known, excluded.pid, excluded.backend_start, pg_catalog.now());

-- name: read
select sha256, finished, statement
  from supabase_migrations.bascule_intent
 where version = %(version)s;

-- name: unfinished
-- Files on their way up: of one on its way down the version is in the history still.
select i.version
  from supabase_migrations.bascule_intent i
 where not exists (select from supabase_migrations.schema_migrations h where h.version = i.version)
 order by i.version collate "C";

-- name: half_undone
select i.version
  from supabase_migrations.bascule_intent i
  join supabase_migrations.schema_migrations h on h.version = i.version
 order by i.version collate "C";

-- name: end_predecessor
-- The session that ran the statement may outlive the process that asked for it. False: it did not end in time.
select pg_catalog.pg_terminate_backend(a.pid, 5000)
  from supabase_migrations.bascule_intent i
  join pg_catalog.pg_stat_activity a on a.pid = i.pid and a.backend_start = i.backend_start
 where i.version = %(version)s and a.pid <> %(ours)s;

-- name: left_invalid
-- Indexes that appeared after the intent and are not valid: of the table and by the name that the statement
-- says, or by the names that REINDEX gives to the ones that it builds.
select pg_catalog.format('%%I.%%I', n.nspname, c.relname)
  from supabase_migrations.bascule_intent i
  join pg_catalog.pg_index x on x.indexrelid <> all (i.known) and not x.indisvalid
  join pg_catalog.pg_class c on c.oid = x.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where i.version = %(version)s
   and case i.statement
     when 'CREATE INDEX CONCURRENTLY' then x.indrelid = i.relation and c.relname = i.name
     when 'REINDEX CONCURRENTLY' then c.relname ~ '_cc(new|old)[0-9]*$'
     else false
   end
 order by 1;

-- name: index_made
-- The index of the name and on the table that the statement says: is it valid, and did it appear since?
select x.indisvalid, x.indexrelid <> all (i.known)
  from supabase_migrations.bascule_intent i
  join pg_catalog.pg_index x on x.indrelid = i.relation
  join pg_catalog.pg_class c on c.oid = x.indexrelid and c.relname = i.name
 where i.version = %(version)s;

-- name: index_gone
select i.known <> '{}' and not exists (select from pg_catalog.pg_class where oid = any (i.known))
  from supabase_migrations.bascule_intent i
 where i.version = %(version)s;

-- name: partition_gone
select i.known <> '{}'
       and not exists (select from pg_catalog.pg_inherits where inhrelid = any (i.known) and inhparent = i.relation)
  from supabase_migrations.bascule_intent i
 where i.version = %(version)s;

-- name: finish_detaching
-- The statement that brings a detaching to its end which was begun; no row where none was.
select pg_catalog.format('alter table %%I.%%I detach partition %%I.%%I finalize',
                         pn.nspname, p.relname, cn.nspname, c.relname)
  from supabase_migrations.bascule_intent i
  join pg_catalog.pg_inherits h on h.inhrelid = any (i.known) and h.inhparent = i.relation and h.inhdetachpending
  join pg_catalog.pg_class p on p.oid = h.inhparent
  join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
  join pg_catalog.pg_class c on c.oid = h.inhrelid
  join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
 where i.version = %(version)s;

-- name: forget
delete from supabase_migrations.bascule_intent where version = $1;

-- name: same_role
-- Behind a statement outside a transaction; literals in braces. Fails by itself with 2201F when the role is
-- another.
select pg_catalog.sqrt(((current_user operator(pg_catalog.=) {current_user}
                         and session_user operator(pg_catalog.=) {session_user})::pg_catalog.int4
                        operator(pg_catalog.-) 1)::pg_catalog.float8);
