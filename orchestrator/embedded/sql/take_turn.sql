-- Whoever makes or drops databases here does so alone, until its connection closes.
select pg_advisory_lock(hashtext('bascule.databases'))
