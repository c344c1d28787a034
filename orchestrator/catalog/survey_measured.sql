-- The bytes of these relations' files; a relation that is gone by now has none. Waits for locks.
select r.oid, pg_relation_size(r.oid) from unnest(%(relations)s::oid[]) r (oid)
