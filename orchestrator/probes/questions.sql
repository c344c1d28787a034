-- What to ask about each relation as each role, with what the catalog says about the answer: the privilege
-- on the relation itself, and what its policies promise. A command that the relation can never carry out is
-- not among the rows: it has no statement.
with scope as materialized (
  select c.oid, c.relkind, c.relrowsecurity, c.relnamespace, n.nspname as schema,
         quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name,
         case when c.relkind in ('r', 'p') then 4 | 8 | 16
              when c.relkind in ('v', 'f') then pg_relation_is_updatable(c.oid, true)
              else 0
         end as commands
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.oid = any (%(relations)s::oid[])
),
role as materialized (
  select oid, rolname::text as name, rolsuper or rolbypassrls as exempt
    from pg_roles
   where rolname = any (%(roles)s::text[])
),
command (place, name, letter, bit) as (
  values (1, 'select', 'r', 0), (2, 'insert', 'a', 8), (3, 'update', 'w', 4), (4, 'delete', 'd', 16)
),
-- Policies by the roles that they apply to; "named" when a policy says the role and not just everybody.
-- pg_get_expr would wait for whoever has locked the table; the stored form of the constant true is read
-- instead, in either byte order.
applies as materialized (
  select p.polrelid, r.oid as role, p.polpermissive as permissive, p.polcmd as letter, to_role.named,
         p.polqual::text ~ constant_true as qual, p.polwithcheck::text ~ constant_true as checked
    from pg_policy p
   cross join (values ('^\{CONST :consttype 16 .*:constvalue 1 \[( 0)* 1( 0)* \]\}$')) stored (constant_true)
    join scope s on s.oid = p.polrelid
    cross join role r
    cross join lateral (
      select bool_or(g <> 0) as named
        from unnest(p.polroles) g
       where case when g = 0 then true else pg_has_role(r.oid, g, 'usage') end
      having count(*) > 0
    ) to_role
),
promise as materialized (
  select a.polrelid, a.role, c.name as command,
         -- a permissive policy without an expression admits nothing
         bool_or(a.permissive and limits.everything is not null) as admitted,
         bool_or(a.permissive and a.named) as named,
         coalesce(bool_or(a.permissive and limits.everything), false) and not bool_or(not a.permissive) as everything
    from applies a
    join command c on a.letter in ('*', c.letter::"char")
    cross join lateral (
      select case when c.name = 'insert' then coalesce(a.checked, a.qual) else a.qual end as everything
    ) limits
   group by a.polrelid, a.role, c.name
),
-- Names of columns that take no value but their own. What a column of a view stands for is not in the
-- catalog, so that a view is asked by a column of another name if there is one.
fixed as materialized (
  select distinct attname from pg_attribute where attidentity = 'a' or attgenerated <> ''
),
question as (
  select s.*, r.oid as role_oid, r.name as role, r.exempt, c.name as command, c.place,
         case c.name
           when 'select' then 'select from ' || s.name
           when 'insert' then 'insert into ' || s.name || ' default values'
           when 'delete' then 'delete from ' || s.name
           when 'update' then 'update ' || s.name || ' set ' || (
             -- a column that may be set at all, and first one that this role was granted by name
             select quote_ident(a.attname)
               from pg_attribute a
              where a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
                and a.attgenerated = '' and a.attidentity <> 'a'
                and (s.relkind in ('r', 'p') or pg_column_is_updatable(s.oid, a.attnum, true))
              order by s.relkind = 'v' and a.attname in (select attname from fixed),
                       a.attacl is not null and has_column_privilege(r.oid, s.oid, a.attnum, 'update') desc,
                       a.attnum
              limit 1) || ' = default'
         end as statement
    from scope s
    cross join role r
    join command c on c.bit = 0 or s.commands & c.bit <> 0
)
select q.oid, q.schema, q.role, q.command, 'explain (costs off) ' || q.statement,
       has_schema_privilege(q.role_oid, q.relnamespace, 'usage')
         and case when q.command = 'delete' then has_table_privilege(q.role_oid, q.oid, 'delete')
                  else has_any_column_privilege(q.role_oid, q.oid, q.command)
             end as granted,
       coalesce(p.named, false) as named,
       q.relkind not in ('r', 'p') or q.exempt or not q.relrowsecurity or coalesce(p.admitted, false) as admitted,
       q.relkind in ('r', 'p')
         and (q.exempt or not q.relrowsecurity or coalesce(p.everything, false)) as everything
  from question q
  left join promise p on p.polrelid = q.oid and p.role = q.role_oid and p.command = q.command
 where q.statement is not null
 order by q.role, q.name collate "C", q.place
