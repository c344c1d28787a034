-- Tables whose rows row security would hide from ourselves as well.
select t.oid::bigint from unnest(%(tables)s::oid[]) t (oid) where row_security_active(t.oid)
