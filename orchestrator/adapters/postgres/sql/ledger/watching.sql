-- name: watched
-- No row: the ledger never heard of the target.
select t.adopted is not null as adopted, t.facts, t.facts_at as since, t.closed_by, t.drift as told,
       (select d.id from bascule.deployment d
         where d.target = t.name and d.started is not null and d.finished is null) as running
  from bascule.target t
 where t.name = %(target)s;

-- name: still_watched
-- The same row, ours until the transaction ends; none when something was deployed or recorded since.
select t.drift, t.drifted
  from bascule.target t
 where t.name = %(target)s and t.adopted is not null
   and t.facts is not distinct from %(facts)s and t.facts_at is not distinct from %(since)s
   and t.closed_by is not distinct from %(closed_by)s::bigint
   and not exists (select from bascule.deployment d
                    where d.target = t.name and d.started is not null and d.finished is null)
   for update;

-- name: drifted
update bascule.target
   set drift = %(drift)s, drifted = coalesce(drifted, clock_timestamp())
 where name = %(target)s;

-- name: as_recorded
update bascule.target set drift = null, drifted = null where name = %(target)s;

-- name: accept
update bascule.target
   set facts = %(facts)s, facts_at = clock_timestamp(), drift = null, drifted = null
 where name = %(target)s;
