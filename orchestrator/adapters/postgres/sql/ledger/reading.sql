-- name: targets
select t.name, t.adopted, t.closed_by, t.drifted,
       (select max(d.id) from bascule.deployment d where d.target = t.name) as newest
  from bascule.target t
 order by t.name;

-- name: holds
-- Those that hold something back as the branch was last seen: what has left it, or was changed, may come back,
-- and is held again then.
with seen as (
  select r.gave -> 'migrations' as files
    from bascule.deployment d
    join bascule.stage_run r on r.deployment = d.id and r.stage = 'checkout' and r.gave is not null
   where d.target = %(target)s
   order by d.id desc
   limit 1)
select h.id, h.deployment, h.members, h.reason, d.undoes is not null as undone
  from bascule.hold h
  join bascule.deployment d on d.id = h.deployment
 where h.target = %(target)s and h.lifted is null
   and not exists (
         select from seen
          cross join jsonb_array_elements(h.members) m
          where not exists (select from jsonb_array_elements(seen.files) f
                             where f ->> 'sha256' = m ->> 1
                               and f ->> 'path' ~ ('/' || (m ->> 0) || '_[^/]*$')))
 order by h.id;

-- name: deployments
select d.* from bascule.deployment d
 where (%(target)s::text is null or d.target = %(target)s)
 order by d.id desc
 limit %(limit)s;

-- name: deployment
select d.* from bascule.deployment d where d.id = %(deployment)s;

-- name: runs
select r.stage, r.outcome, r.attempt, r.started, r.finished, r.findings, r.failure, r.gave
  from bascule.stage_run r
 where r.deployment = %(deployment)s
 order by r.id;

-- name: events
-- Ids are given out before their transactions commit. Where one is missing before a young event, it may still
-- come, and who follows by the last id must not be past it then; before an older event it never will.
with recent as (
  select e.id, e.at from bascule.event e order by e.id desc limit 1000),
behind_a_gap as (
  select min(r.id) as id from recent r
   where r.id > %(after)s + 1
     and r.at > clock_timestamp() - make_interval(secs => %(gap_seconds)s)
     and not exists (select from bascule.event before where before.id = r.id - 1))
select e.id, e.kind, e.at, e.target, e.deployment, e.actor, e.detail
  from bascule.event e
 cross join behind_a_gap gap
 where e.id > %(after)s and (gap.id is null or e.id < gap.id)
   and (%(deployment)s::bigint is null or e.deployment = %(deployment)s)
 order by e.id
 limit %(limit)s;

-- name: ready
select i.id::text as id from bascule.identity i;
