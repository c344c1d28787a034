-- Functions that broadcast into private channels while no policy lets anybody listen to one.
select f.oid::regprocedure::text as object,
       'it broadcasts into private channels, and no policy on realtime.messages lets anybody listen' as detail,
       'create policy <name> on realtime.messages for select to authenticated using (realtime.topic() = <topic>);' as remedy,
       '' as key
  from pg_proc f
  join pg_namespace n on n.oid = f.pronamespace
 where exists (select from pg_class c join pg_namespace s on s.oid = c.relnamespace
                  where s.nspname = 'realtime' and c.relname = 'messages')
   and n.nspname <> 'realtime' and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%%'
   and f.prosrc ~* '\mrealtime\.broadcast_changes\M'
   and not exists (select from pg_policy p
                     join pg_class c on c.oid = p.polrelid and c.relname = 'messages'
                     join pg_namespace s on s.oid = c.relnamespace and s.nspname = 'realtime'
                    where p.polpermissive and p.polcmd in ('r', '*'))
   and not exists (select from pg_depend e
                    where e.classid = 'pg_proc'::regclass and e.objid = f.oid and e.deptype = 'e')
 order by 1
