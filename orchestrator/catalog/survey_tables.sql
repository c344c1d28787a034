-- Every table, view, materialized view and foreign table, as JSON for each. Only columns of the catalog are
-- read: functions such as pg_get_expr or pg_get_viewdef wait for whoever has locked a table. Left out are
-- members of extensions and what PostgreSQL has built in. settings.sql has to run before.
select json_build_object(
         'name', json_build_array(n.nspname, c.relname),
         'kind', c.relkind,
         'row_security', c.relrowsecurity,
         'commented', 0 = any (said.columns),
         'security_invoker', exists (select from pg_options_to_table(c.reloptions)
                                      where option_name = 'security_invoker' and option_value::boolean),

         'columns', coalesce((
           select json_agg(json_build_object(
                    'name', a.attname,
                    'type', format_type(a.atttypid, a.atttypmod),
                    'not_null', a.attnotnull,
                    'has_default', a.atthasdef or a.attidentity <> '',
                    'calls', case when a.atthasdef then (
                      select json_agg(distinct json_build_array(fn.nspname, f.proname)::jsonb)
                        from pg_attrdef e
                        join pg_depend d on d.classid = 'pg_attrdef'::regclass and d.objid = e.oid
                                        and d.refclassid = 'pg_proc'::regclass
                        join pg_proc f on f.oid = d.refobjid
                        join pg_namespace fn on fn.oid = f.pronamespace
                       where e.adrelid = c.oid and e.adnum = a.attnum) end,
                    'commented', a.attnum = any (said.columns)) order by a.attnum)
             from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),

         -- A foreign key to a partitioned table has a hidden one to each of its partitions.
         'constraints', coalesce((
           select json_agg(json_build_object(
                    'name', k.conname,
                    'kind', k.contype,
                    'hidden', k.conparentid <> 0 and k.contype = 'f'
                              and exists (select from pg_constraint up
                                           where up.oid = k.conparentid and up.conrelid = k.conrelid),
                    'columns', case when k.contype in ('p', 'f') then array(
                      select a.attname
                        from unnest(k.conkey) with ordinality key (number, place)
                        join pg_attribute a on a.attrelid = k.conrelid and a.attnum = key.number
                       order by key.place) end,
                    'references', (select json_build_array(rn.nspname, r.relname)
                                     from pg_class r join pg_namespace rn on rn.oid = r.relnamespace
                                    where r.oid = k.confrelid),
                    'referenced_columns', case when k.contype = 'f' then array(
                      select a.attname
                        from unnest(k.confkey) with ordinality key (number, place)
                        join pg_attribute a on a.attrelid = k.confrelid and a.attnum = key.number
                       order by key.place) end) order by k.conname)
             from pg_constraint k
            where k.conrelid = c.oid), '[]'),

         -- Columns that an index only carries along (INCLUDE) are not among its columns.
         'indexes', coalesce((
           select json_agg(json_build_object(
                    'name', x.relname,
                    'columns', array(
                      select a.attname
                        from unnest(i.indkey::smallint[]) with ordinality key (number, place)
                        left join pg_attribute a on a.attrelid = c.oid and a.attnum = key.number and key.number <> 0
                       where key.place <= i.indnkeyatts
                       order by key.place),
                    'unique', i.indisunique,
                    'partial', i.indpred is not null,
                    'valid', i.indisvalid) order by x.relname)
             from pg_index i
             join pg_class x on x.oid = i.indexrelid
            where i.indrelid = c.oid), '[]'),

         -- A policy's columns and what its sub-selects read are told apart by the table alone. That one reads its
         -- own table once more stands in its tree only, as an entry of a sub-select's list of relations.
         'policies', coalesce((
           select json_agg(json_build_object(
                    'name', p.polname,
                    'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE'
                                             when 'd' then 'DELETE' else 'ALL' end,
                    'roles', array(select case role when 0 then 'public' else pg_get_userbyid(role) end
                                     from unnest(p.polroles) role order by 1),
                    'permissive', p.polpermissive,
                    'columns', array(
                      select a.attname
                        from pg_depend d
                        join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
                       where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                         and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid > 0),
                    'reads', (
                      select json_agg(distinct json_build_array(rn.nspname, r.relname)::jsonb)
                        from (select d.refobjid
                                from pg_depend d
                               where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                                 and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
                              union all
                              select c.oid
                               where strpos(concat(p.polqual, p.polwithcheck), ':relid ' || c.oid || ' ') > 0) m (oid)
                        join pg_class r on r.oid = m.oid
                        join pg_namespace rn on rn.oid = r.relnamespace),
                    'calls', (
                      select json_agg(distinct json_build_array(fn.nspname, f.proname)::jsonb)
                        from pg_depend d
                        join pg_proc f on f.oid = d.refobjid
                        join pg_namespace fn on fn.oid = f.pronamespace
                       where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                         and d.refclassid = 'pg_proc'::regclass)) order by p.polname)
             from pg_policy p
            where p.polrelid = c.oid), '[]'),

         'triggers', coalesce((
           select json_agg(json_build_object(
                    'name', t.tgname,
                    'timing', case when t.tgtype & 64 > 0 then 'INSTEAD OF'
                                   when t.tgtype & 2 > 0 then 'BEFORE' else 'AFTER' end,
                    'events', array_remove(array[case when t.tgtype & 4 > 0 then 'INSERT' end,
                                                 case when t.tgtype & 8 > 0 then 'DELETE' end,
                                                 case when t.tgtype & 16 > 0 then 'UPDATE' end,
                                                 case when t.tgtype & 32 > 0 then 'TRUNCATE' end], null),
                    'function', json_build_array(fn.nspname, f.proname)) order by t.tgname)
             from pg_trigger t
             join pg_proc f on f.oid = t.tgfoid
             join pg_namespace fn on fn.oid = f.pronamespace
            where t.tgrelid = c.oid and not t.tgisinternal), '[]'),

         'rules', coalesce((
           select json_agg(json_build_object(
                    'name', w.rulename,
                    'event', case w.ev_type when '2' then 'UPDATE' when '3' then 'INSERT' else 'DELETE' end)
                  order by w.rulename)
             from pg_rewrite w
            where w.ev_class = c.oid and w.ev_type <> '1'), '[]'),

         -- Of a view, what its query calls; of a table, what its checks call. PostgreSQL's own functions are not
         -- among them: of those it remembers no use. Operators of an author's own stand for their functions.
         'calls', (
           select json_agg(distinct json_build_array(fn.nspname, f.proname)::jsonb)
             from (select 'pg_rewrite'::regclass, w.oid
                     from pg_rewrite w
                    where w.ev_class = c.oid and w.ev_type = '1'
                   union all
                   select 'pg_constraint'::regclass, k.oid
                     from pg_constraint k
                    where k.conrelid = c.oid and k.contype = 'c') part (classid, oid)
             join pg_depend d on d.classid = part.classid and d.objid = part.oid
             left join pg_operator o on d.refclassid = 'pg_operator'::regclass and o.oid = d.refobjid
             join pg_proc f on f.oid = case when d.refclassid = 'pg_proc'::regclass then d.refobjid else o.oprcode end
             join pg_namespace fn on fn.oid = f.pronamespace),

         -- Without a list of privileges only the owner has any.
         'grants', coalesce((
           select json_agg(json_build_array(granted.role, granted.privileges))
             from (select case g.grantee when 0 then 'public' else pg_get_userbyid(g.grantee) end as role,
                          string_agg(g.privilege_type, ' ' order by g.privilege_type) as privileges
                     from aclexplode(c.relacl) g
                    where g.grantee <> c.relowner
                    group by g.grantee) granted), '[]'),

         'parents', coalesce((
           select json_agg(json_build_array(pn.nspname, parent.relname) order by i.inhseqno)
             from pg_inherits i
             join pg_class parent on parent.oid = i.inhparent
             join pg_namespace pn on pn.oid = parent.relnamespace
            where i.inhrelid = c.oid), '[]'),

         'reads', case when c.relkind in ('v', 'm') then (
           select json_agg(json_build_array(rn.nspname, r.relname, a.attname))
             from pg_rewrite w
             join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid
                             and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
             join pg_class r on r.oid = d.refobjid and r.relkind in ('r', 'p', 'v', 'm', 'f')
             join pg_namespace rn on rn.oid = r.relnamespace
             left join pg_attribute a on a.attrelid = r.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
            where w.ev_class = c.oid and w.ev_type = '1') end)::text
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
 cross join lateral (select array(select d.objsubid from pg_description d
                                   where d.classoid = 'pg_class'::regclass and d.objoid = c.oid) as columns) said
 where c.relkind in ('r', 'p', 'v', 'm', 'f')
   and n.nspname not like 'pg\_%' and n.nspname <> 'information_schema'
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
