select 'schema', name, 'owner=' || nspowner::regrole, 0 from space

union all
select 'extension', quote_ident(extname), concat_ws(E'\x1f', 'schema=' || extnamespace::regnamespace, 'version=' || extversion), 0
  from pg_extension

union all
select 'event trigger', quote_ident(e.evtname), concat_ws(E'\x1f', 'owner=' || e.evtowner::regrole, 'on=' || e.evtevent,
         'calls=' || e.evtfoid::regprocedure,
         'fires=' || case e.evtenabled when 'D' then 'never' when 'A' then 'always' when 'R' then 'on replicas' end,
         'tags=' || (select string_agg(quote_literal(tag), ', ' order by tag) from unnest(e.evttags) tag),
         u.said), 0
  from pg_event_trigger e
  left join uses u on u.classid = e.tableoid and u.objid = e.oid
 where e.evtowner not in (select oid from platform_role)
   and not exists (select from member m where m.classid = 'pg_event_trigger'::regclass and m.objid = e.oid)

union all
select 'type', t.name, concat_ws(E'\x1f', 'owner=' || case when t.typtype <> 'm' then t.typowner::regrole end,
         'kind=' || case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'r' then 'range'
                                   when 'm' then 'multirange' when 'c' then 'composite' else 'base' end,
         'labels=' || (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
                         from pg_enum e where e.enumtypid = t.oid),
         'attributes=' || (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
                             from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
         'over=' || case when t.typtype = 'd' then format_type(t.typbasetype, t.typtypmod) end,
         'collate=' || case when t.typtype = 'd' and t.typcollation <> b.typcollation
                            then t.typcollation::regcollation end,
         case when t.typnotnull then 'not null' end,
         'default=' || t.typdefault,
         (select concat_ws(E'\x1f', 'subtype=' || g.rngsubtype::regtype,
                           'subtype diff=' || nullif(g.rngsubdiff, 0)::regproc,
                           'canonical=' || nullif(g.rngcanonical, 0)::regproc,
                           'range collation=' || (select nullif(g.rngcollation, s.typcollation)::regcollation
                                                    from pg_type s where s.oid = g.rngsubtype),
                           'operators=' || (select (o.opcnamespace::regnamespace || '.' || quote_ident(o.opcname))
                                              from pg_opclass o where o.oid = g.rngsubopc and not o.opcdefault),
                           'multirange=' || g.rngmultitypid::regtype)
            from pg_range g where g.rngtypid = t.oid and t.typtype = 'r'),
         'range=' || (select g.rngtypid::regtype from pg_range g where g.rngmultitypid = t.oid),
         case when t.typtype = 'b' then concat_ws(E'\x1f', 'input=' || t.typinput, 'output=' || t.typoutput,
                                                  'length=' || t.typlen, 'align=' || t.typalign::text) end), 0
  from type t left join pg_type b on b.oid = t.typbasetype

union all
select 'statistics', s.name || '.' || quote_ident(x.stxname), concat_ws(E'\x1f', 'owner=' || x.stxowner::regrole,
         -- the server's own text has the columns in the order of the table
         'definition=CREATE STATISTICS ' || s.name || '.' || quote_ident(x.stxname)
           || case when x.stxkind @> '{d,f,m}' or x.stxkind <@ '{e}' then ''
                   else ' (' || (select string_agg(case k when 'd' then 'ndistinct' when 'f' then 'dependencies' else 'mcv' end,
                                                   ', ' order by k) from unnest(x.stxkind) k where k <> 'e') || ')' end
           || ' ON ' || (select string_agg(part, ', ' order by part)
                           from (select quote_ident(a.attname) from pg_attribute a
                                  where a.attrelid = x.stxrelid and a.attnum = any (x.stxkeys)
                                 union all
                                 select '(' || unnest(pg_get_statisticsobjdef_expressions(x.oid)) || ')') listed (part))
           || ' FROM ' || x.stxrelid::regclass,
         'on=' || x.stxrelid::regclass,
         'target=' || nullif(x.stxstattarget, -1)), 0
  from pg_statistic_ext x join space s on s.oid = x.stxnamespace

union all
select 'publication', quote_ident(p.pubname), concat_ws(E'\x1f', 'owner=' || p.pubowner::regrole,
         case when p.puballtables then 'all tables' end,
         'publish=' || concat_ws(', ', case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
                   case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end),
         case when p.pubviaroot then 'via root' end,
         'generated columns=' || nullif(to_jsonb(p) ->> 'pubgencols', 'n')), 0  -- since PostgreSQL 18
  from pg_publication p

union all
select 'published schema', quote_ident(p.pubname) || '/' || m.pnnspid::regnamespace, '', 0
  from pg_publication_namespace m join pg_publication p on p.oid = m.pnpubid

union all
select 'subscription', quote_ident(u.subname), concat_ws(E'\x1f', 'owner=' || u.subowner::regrole,
         'enabled=' || u.subenabled, 'publications=' || u.subpublications::text), 0
  from pg_subscription u where u.subdbid = (select oid from pg_database where datname = current_database())

union all
select 'server', quote_ident(s.srvname), concat_ws(E'\x1f', 'owner=' || s.srvowner::regrole,
         'wrapper=' || quote_ident(f.fdwname), 'type=' || s.srvtype, 'version=' || s.srvversion,
         -- what is named like a secret is told by its digest: wrappers keep keys of services there
         'options=' || (select string_agg(quote_ident(o.option_name) || ' ' || quote_literal(
                                            case when o.option_name ~* '(key|secret|token|pass|pwd|cred|auth|conn)'
                                                      and o.option_name !~* '_(id|name)$'
                                                 then 'sha256:' || encode(sha256(convert_to(o.option_value, 'UTF8')), 'hex')
                                                 else o.option_value end), ', ' order by o.option_name)
                          from pg_options_to_table(s.srvoptions) o)), 0
  from pg_foreign_server s
  join pg_foreign_data_wrapper f on f.oid = s.srvfdw
 where not exists (select from member m where m.classid = 'pg_foreign_server'::regclass and m.objid = s.oid)

union all
select 'user mapping', quote_ident(m.srvname) || '/' || quote_ident(m.usename), '', 0 from pg_user_mappings m

union all
-- A custom setting may be a secret; it is told by its digest.
select 'setting', coalesce(nullif(s.setrole, 0)::regrole::text, '*') || '/' || v.name,
       case when strpos(v.name, '.') > 0 then 'value=sha256:' || encode(sha256(convert_to(v.value, 'UTF8')), 'hex')
            else 'value=' || v.value end, 0
  from pg_db_role_setting s
 cross join lateral (select split_part(c, '=', 1) as name, substr(c, strpos(c, '=') + 1) as value
                       from unnest(s.setconfig) c) v
 where s.setdatabase = (select oid from pg_database where datname = current_database())

union all
select o.type, o.identity, coalesce(x.definition, ''), 0
  from rarity x
 cross join lateral pg_identify_object(x.catalog, x.oid, 0) o
  left join space s on s.name = o.schema
 where x.oid >= 16384 and not coalesce(s.managed, false) and (o.schema is null or s.oid is not null)
   and not exists (select from member m where m.classid = x.catalog and m.objid = x.oid)

union all
select 'grant', p.kind || ' ' || p.identity, coalesce(string_agg(distinct e.said, E'\x1f' order by e.said), ''), 0
  from other_privileges p
  left join lateral (
   select case when x.grantee = 0 then 'public' else x.grantee::regrole::text end || ' ' || x.privilege_type
            || case when x.is_grantable then '*' else '' end as said
     from aclexplode(p.acl) x) e on true
 group by p.kind, p.identity
