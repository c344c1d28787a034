-- Constraints that are due at a commit, where the transaction goes on behind what would have been one.

-- name: settle
-- Checks what is due, then puts everything back to what each constraint says by itself. All by name, as SET
-- CONSTRAINTS ALL would hold for constraints that a later file makes. Where one has no name of its own, or
-- its schema is closed to us, there is nothing but ALL. Nothing is looked up through the search path, which
-- belongs to the migration, and in which triggers that are due will run.
do $block$
declare
  deferrable_ones pg_catalog.record;
begin
  select pg_catalog.string_agg(c.name, ', ') as due,
         pg_catalog.string_agg(c.name, ', ') filter (where c.later) as later,
         pg_catalog.bool_and(c.nameable) as nameable
    into deferrable_ones
    from (select pg_catalog.format('%I.%I', n.nspname, d.conname) as name,
                 pg_catalog.bool_or(d.condeferred) as later,
                 pg_catalog.bool_and(pg_catalog.has_schema_privilege(n.oid, 'usage')
                                     and not exists (select from pg_catalog.pg_constraint o
                                                      where o.conname operator(pg_catalog.=) d.conname
                                                        and o.connamespace operator(pg_catalog.=) d.connamespace
                                                        and not o.condeferrable)) as nameable
            from pg_catalog.pg_constraint d
            join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) d.connamespace
           where d.condeferrable
           group by 1) c;
  if not deferrable_ones.nameable then
    set constraints all immediate;
  elsif deferrable_ones.due is not null then
    execute pg_catalog.format('set constraints %s immediate', deferrable_ones.due);
    if deferrable_ones.later is not null then
      execute pg_catalog.format('set constraints %s deferred', deferrable_ones.later);
    end if;
  end if;
end
$block$;
