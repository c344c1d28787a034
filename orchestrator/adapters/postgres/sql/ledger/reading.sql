-- name: targets
select t.name, t.adopted, t.closed_by,
       (select max(d.id) from bascule.deployment d where d.target = t.name) as newest
  from bascule.target t
 order by t.name;

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
select e.id, e.kind, e.at, e.target, e.deployment, e.actor, e.detail from bascule.event e
 where e.id > %(after)s and (%(deployment)s::bigint is null or e.deployment = %(deployment)s)
 order by e.id
 limit %(limit)s;

-- name: ready
select i.id::text as id from bascule.identity i;
