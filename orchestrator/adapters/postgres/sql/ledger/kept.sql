-- name: keep
insert into bascule.kept (sha256, content)
select unnest(%(sha256s)s::text[]), unnest(%(contents)s::bytea[])
on conflict do nothing;

-- name: which_are_kept
-- What is wanted again counts as kept just now: only what nobody wants any more is forgotten (see keeping.sql).
with wanted as (
  update bascule.kept k set kept = clock_timestamp()
   where k.sha256 = any (%(sha256s)s) and k.kept < clock_timestamp() - interval '1 hour'
  returning k.sha256)
select k.sha256 from bascule.kept k
 where k.sha256 = any (%(sha256s)s) and k.kept >= clock_timestamp() - interval '1 hour'
union all
select w.sha256 from wanted w;

-- name: content
select k.sha256, k.content from bascule.kept k where k.sha256 = any (%(sha256s)s);

-- name: findings
select r.findings from bascule.stage_run r where r.deployment = %(deployment)s and r.stage = %(stage)s;

-- name: gave
-- A rollback that a person asked for works from what the undone deployment planned and observed.
select r.gave
  from bascule.deployment d
  join bascule.stage_run r on r.deployment in (d.id, d.undoes)
 where d.id = %(deployment)s and r.stage = %(stage)s and r.gave is not null
 order by r.deployment desc
 limit 1;

-- name: expected
select t.facts from bascule.target t where t.name = %(target)s;

-- name: epoch
select t.epoch from bascule.target t where t.name = %(target)s;

-- name: allow_epoch
-- Written before the target mints it, so that a crash in between leaves us ahead of the target and never behind.
with was as (
  select t.epoch from bascule.target t where t.name = %(target)s),
raised as (
  update bascule.target t
     set epoch = greatest(t.epoch, %(epoch)s)
   where t.name = %(target)s and t.epoch >= %(epoch)s - 1
  returning t.name)
select was.epoch as known, was.epoch is null or exists (select from raised) as allowed from was;

-- name: recorded
select a.version, a.sha256 from bascule.applied a where a.target = %(target)s and a.reverted is null;

-- name: applied
select a.version, a.deployment, d.repository
  from bascule.applied a
  left join bascule.deployment d on d.id = a.deployment
 where a.target = %(target)s and a.reverted is null
 order by a.id;

-- name: holds
select h.id, h.deployment, h.members, h.reason, d.undoes is not null as undone
  from bascule.hold h
  join bascule.deployment d on d.id = h.deployment
 where h.target = %(target)s and h.lifted is null
 order by h.id;
