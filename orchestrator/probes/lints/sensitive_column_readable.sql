-- Columns whose name speaks of a secret, in rows that anon may read: a policy admits it without asking who it is.
-- A table without row security is left to the matrix.
with client as materialized (
  select oid from pg_roles where rolname = 'anon'
)
select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as object,
       'anon may read ' || string_agg(quote_ident(a.attname), ', ' order by a.attname) as detail,
       format('grant anon only the columns that it needs: revoke select on %%1$I.%%2$I from anon; '
              'grant select (<columns>) on %%1$I.%%2$I to anon;', n.nspname, c.relname) as remedy,
       string_agg(a.attname::text, ', ' order by a.attname) as key
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  join pg_type t on t.oid = a.atttypid
  cross join client r
 where n.nspname = any (%(schemas)s::text[])
   and c.relkind in ('r', 'p') and c.relrowsecurity
   and (t.typcategory = 'S' or t.typname in ('bytea', 'uuid', 'json', 'jsonb'))
   and a.attname ~* '(^|_)(password|passwd|passphrase|passwort|secret|token|api_?key|private_?key|secret_?key|ssn|social_security_number|cvv|card_number|otp)(_?(hash|hashed|digest|encrypted|value|code))?$'
   and has_schema_privilege(r.oid, n.oid, 'usage')
   and has_column_privilege(r.oid, c.oid, a.attnum, 'select')
   and exists (select from pg_policy p
                where p.polrelid = c.oid and p.polpermissive and p.polcmd in ('r', '*')
                  and (p.polroles @> '{0}' or r.oid = any (p.polroles))
                  and p.polqual::text !~ '\{(SUBLINK|FUNCEXPR|SQLVALUEFUNCTION) '
                  and p.polqual::text !~ '^\{CONST .*:constvalue 1 \[( 0)* \]\}$')
   and not exists (select from pg_depend e
                    where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 group by n.nspname, c.relname
 order by 1
