select case r.relkind when 'f' then 'foreign table' else 'table' end, r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole,
         case r.relpersistence when 'u' then 'unlogged' when 't' then 'temporary' end,
         case when r.relrowsecurity then 'row security' end,
         case when r.relforcerowsecurity then 'forced' end,
         'partition by=' || case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
         'bound=' || case when r.relispartition then pg_get_expr(r.relpartbound, r.oid) end,
         'inherits=' || (select string_agg(i.inhparent::regclass::text, ', ' order by i.inhseqno)
                           from pg_inherits i where i.inhrelid = r.oid),
         'of=' || nullif(r.reloftype, 0)::regtype,
         'replica identity=' || nullif(r.relreplident, 'd')::text,
         'method=' || (select am.amname from pg_am am where am.oid = r.relam and am.amname <> 'heap'),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         'with=' || (select string_agg(o, ', ' order by o)
                       from (select unnest(r.reloptions)
                             union all
                             select 'toast.' || unnest(h.reloptions) from pg_class h where h.oid = r.reltoastrelid) all_of (o)),
         'server=' || (select quote_ident(s.srvname) from pg_foreign_table f join pg_foreign_server s on s.oid = f.ftserver
                        where f.ftrelid = r.oid),
         'options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', '
                                          order by o.option_name)
                          from pg_foreign_table f cross join pg_options_to_table(f.ftoptions) o
                         where f.ftrelid = r.oid)), r.whose
  from own_relation r where r.relkind in ('r', 'p', 'f')

union all
select 'column', r.name || '.' || quote_ident(a.attname), concat_ws(E'\x1f',
         'type=' || format_type(a.atttypid, a.atttypmod),
         'collate=' || case when a.attcollation not in (0, t.typcollation) then a.attcollation::regcollation end,
         case when a.attnotnull then 'not null' end,
         case a.attgenerated when '' then 'default=' when 's' then 'generated=' else 'generated virtual=' end
           || pg_get_expr(d.adbin, d.adrelid),
         case a.attidentity when 'a' then 'identity=always' when 'd' then 'identity=by default' end,
         'storage=' || nullif(a.attstorage, t.typstorage)::text,
         'compression=' || nullif(a.attcompression, '')::text,
         'statistics=' || nullif(a.attstattarget, -1),
         -- newer servers stamp columns with a version of their own, pg_attver
         'options=' || (select string_agg(o, ', ' order by o) from unnest(a.attoptions) o where o not like 'pg\_%%'),
         'foreign options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(o.option_value), ', '
                                                  order by o.option_name)
                                  from pg_options_to_table(a.attfdwoptions) o),
         case when a.attinhcount > 0 and not a.attislocal then 'inherited' end,
         u.said), r.whose
  from pg_attribute a
  join own_relation r on r.oid = a.attrelid and r.relkind in ('r', 'p', 'f', 'v', 'm', 'c')
  join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  left join uses u on u.classid = d.tableoid and u.objid = d.oid
 where a.attnum > 0 and not a.attisdropped

union all
select 'constraint', o.name || '.' || quote_ident(c.conname), concat_ws(E'\x1f',
         'definition=' || pg_get_constraintdef(c.oid),
         case when c.contype in ('c', 'n') and c.connoinherit and o.is_relation then 'local only' end,
         case when not c.convalidated then 'unchecked' end,
         case when not c.conislocal then 'inherited' end,
         u.said), case when o.is_relation then o.oid::bigint else 0 end
  from pg_constraint c
  left join uses u on u.classid = c.tableoid and u.objid = c.oid
  join (select oid, name, true as is_relation from own_relation
        union all
        select oid, name, false from type) o
    on o.oid = coalesce(nullif(c.conrelid, 0), c.contypid) and o.is_relation = (c.conrelid <> 0)
 where c.contype in ('c', 'f', 'p', 'u', 'x', 'n')

union all
select 'index', r.name, concat_ws(E'\x1f', 'definition=' || pg_get_indexdef(i.indexrelid),
         'on=' || i.indrelid::regclass,
         case when k.conindid is not null then 'of a constraint' end,
         case when not i.indisvalid then 'invalid' end,
         case when i.indisclustered then 'clustered' end,
         case when i.indisreplident then 'replica identity' end,
         'part of=' || (select h.inhparent::regclass from pg_inherits h where h.inhrelid = i.indexrelid),
         'tablespace=' || (select t.spcname from pg_tablespace t where t.oid = r.reltablespace),
         'statistics=' || (select string_agg(a.attnum || ' ' || a.attstattarget, ', ' order by a.attnum)
                             from pg_attribute a where a.attrelid = r.oid and a.attstattarget >= 0),
         u.said), i.indrelid::bigint
  from own_relation r
  join pg_index i on i.indexrelid = r.oid
  left join (select distinct conindid from pg_constraint where contype in ('p', 'u', 'x')) k on k.conindid = r.oid
  left join uses u on u.classid = r.catalog and u.objid = r.oid

union all
select 'sequence', r.name, concat_ws(E'\x1f',
         'owner=' || r.relowner::regrole, 'type=' || q.seqtypid::regtype, 'start=' || q.seqstart, 'by=' || q.seqincrement,
         'from=' || q.seqmin, 'to=' || q.seqmax, 'cache=' || q.seqcache, case when q.seqcycle then 'cycles' end,
         case when r.relpersistence = 'u' then 'unlogged' end,
         (select case d.deptype when 'i' then 'identity of=' else 'owned by=' end
                 || d.refobjid::regclass || '.' || quote_ident(a.attname)
            from pg_depend d join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
           where d.classid = 'pg_class'::regclass and d.objid = r.oid
             and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i'))), r.whose
  from own_relation r join pg_sequence q on q.seqrelid = r.oid
