-- A column that an update may set to itself: one that this role may update comes first.
select a.attname::text
  from pg_catalog.pg_attribute a
 where a.attrelid = %(relation)s::regclass and a.attnum > 0 and not a.attisdropped
   and a.attgenerated = '' and a.attidentity <> 'a'
 order by pg_catalog.has_column_privilege(%(role)s::name, a.attrelid, a.attnum, 'update') desc, a.attnum
 limit 1
