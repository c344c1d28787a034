-- Takes away what outlives a transaction that is undone: prepared statements, and locks that belong to the session.
-- Reads bascule.before.
do $cleared$
declare
    before jsonb := pg_catalog.current_setting('bascule.before')::jsonb;
    statement text;
    held record;
begin
    for statement in
        select p.name from pg_catalog.pg_prepared_statements p where p.from_sql and not before -> 'prepared' ? p.name
    loop
        execute pg_catalog.format('deallocate %I', statement);
    end loop;
    for held in
        select l.classid::bigint as high, l.objid::bigint as low, l.objsubid, l.mode = 'ShareLock' as shared
          from pg_catalog.pg_locks l
         where l.locktype = 'advisory' and l.pid = pg_catalog.pg_backend_pid()
           and not before -> 'locks' ? pg_catalog.format('%s %s %s', l.classid, l.objid, l.objsubid)
    loop
        -- taken more than once, it is given back as often
        for turn in 1..100 loop
            exit when not case
                when held.objsubid = 1 and held.shared
                    then pg_catalog.pg_advisory_unlock_shared((held.high << 32) | held.low)
                when held.objsubid = 1 then pg_catalog.pg_advisory_unlock((held.high << 32) | held.low)
                when held.shared
                    then pg_catalog.pg_advisory_unlock_shared(
                        held.high::bit(32)::integer, held.low::bit(32)::integer
                    )
                else pg_catalog.pg_advisory_unlock(held.high::bit(32)::integer, held.low::bit(32)::integer)
            end;
        end loop;
    end loop;
end
$cleared$
