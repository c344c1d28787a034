-- name: take
-- The row, ours until the transaction ends, and the target's lock, which is held by the session: free in the
-- instant in which our connection dies.
select d.*,
       case when d.finished is null
            then pg_try_advisory_lock(hashtextextended('bascule target ' || d.target, 0)) end as taken
  from (select * from bascule.deployment where id = %(deployment)s for update) d;

-- name: give_back
select pg_advisory_unlock_all();

-- name: doubt
-- The one turn of those that wait for something that is away; free in the instant in which our connection dies.
select pg_try_advisory_lock(hashtextextended('bascule doubt', 0)) as mine;

-- name: trust
select pg_advisory_unlock(hashtextextended('bascule doubt', 0));

-- name: turn
-- Whose turn is next (see next_waiting), and what may keep a deployment from starting. The one that closed a
-- target may be undone there.
select following.id as following, following.undoes as following_undoes,
       t.adopted is null as not_adopted,
       t.closed_by is not null
         and not exists (select from bascule.deployment mine
                           join bascule.deployment c on c.id = t.closed_by
                          where mine.id = %(deployment)s and mine.undoes in (c.id, c.undoes)) as closed,
       exists (select from bascule.deployment o
                where o.target = t.name and o.started is not null and o.finished is null
                  and o.id <> %(deployment)s) as busy
  from bascule.target t
 cross join lateral (select d.id, d.undoes from bascule.deployment d
                      where d.target = t.name and d.started is null and d.finished is null
                      order by d.undoes is null, d.id desc
                      limit 1) following
 where t.name = %(target)s;

-- name: newer_waits
select exists (select from bascule.deployment n
                where n.target = d.target and n.id > d.id and n.started is null and n.finished is null
                  and n.confirm_head) as waits
  from bascule.deployment d
 where d.id = %(deployment)s;

-- name: wait
update bascule.deployment
   set status = %(status)s, waiting_for = %(waiting_for)s, updated = clock_timestamp()
 where id = %(deployment)s;

-- name: begin
-- A new attempt at the present stage, under a new claim. The first stage is entered with the first claim: the
-- time for which a deployment waited for its turn is no time for which something was away.
with begun as (
  update bascule.deployment d
     set status = %(status)s, waiting_for = null, claim = d.claim + 1, attempts = d.attempts + 1,
         started = coalesce(d.started, clock_timestamp()), stage_began = clock_timestamp(),
         stage_entered = case when d.started is null then clock_timestamp() else d.stage_entered end,
         updated = clock_timestamp()
   where d.id = %(deployment)s
  returning d.*),
told as (
  insert into bascule.event (kind, target, deployment, actor)
  select %(started)s, b.target, b.id, %(by)s from begun b where %(first)s)
select * from begun;

-- name: still_ours
-- No row: another worker has claimed the deployment since, or it is finished.
select d.* from bascule.deployment d
 where d.id = %(deployment)s and d.claim = %(claim)s and d.finished is null
   for update;

-- name: record_stage
-- A stage that was gone back to is told anew.
insert into bascule.stage_run (deployment, stage, outcome, attempt, started, findings, failure, gave)
select d.id, d.stage, %(outcome)s, d.attempts, d.stage_began, %(findings)s, %(failure)s, %(gave)s
  from bascule.deployment d
 where d.id = %(deployment)s
on conflict (deployment, stage) do update
   set outcome = excluded.outcome, attempt = excluded.attempt, started = excluded.started,
       finished = clock_timestamp(), findings = excluded.findings, failure = excluded.failure,
       gave = excluded.gave;

-- name: enter_stage
update bascule.deployment
   set stage = %(stage)s, attempts = 0, in_doubt = false, lock_tries = 0, in_the_way = '',
       stage_entered = clock_timestamp(), updated = clock_timestamp(),
       failure = coalesce(failure, %(failure)s)
 where id = %(deployment)s;

-- name: postpone
update bascule.deployment
   set attempts = attempts - 1, in_doubt = %(in_doubt)s,
       lock_tries = coalesce(%(lock_tries)s, lock_tries), in_the_way = coalesce(%(in_the_way)s, in_the_way),
       updated = clock_timestamp()
 where id = %(deployment)s;

-- name: remember_applied
-- Repeatable: a version that stands there with the same files stays as it is; with others, the newest say what
-- the target has.
insert into bascule.applied as a (target, version, sha256, rollback_sha256, deployment)
select %(target)s, unnest(%(versions)s::text[]), unnest(%(sha256s)s::text[]), unnest(%(rollbacks)s::text[]),
       %(deployment)s
on conflict (target, version) where reverted is null do update
   set sha256 = excluded.sha256, rollback_sha256 = excluded.rollback_sha256,
       deployment = excluded.deployment, applied = clock_timestamp()
 where (a.sha256, a.rollback_sha256) is distinct from (excluded.sha256, excluded.rollback_sha256);

-- name: expect
-- What the target should have from now on; `whole`: it has just that, and nobody else's change is left there.
with before as (select t.name, t.drifted from bascule.target t where t.name = %(target)s for update)
update bascule.target t
   set facts = %(facts)s, facts_at = clock_timestamp(),
       drift = case when not %(whole)s then t.drift end, drifted = case when not %(whole)s then t.drifted end
  from before
 where t.name = before.name
returning %(whole)s and before.drifted is not null as drift_ended;

-- name: remember_reverted
update bascule.applied
   set reverted = clock_timestamp()
 where target = %(target)s and version = any (%(versions)s) and reverted is null;

-- name: remember_restored
-- What a deployment had undone is there again as it was before; who applied it first stays on record.
update bascule.applied a
   set reverted = null
 where a.id in (select max(o.id) from bascule.applied o
                 where o.target = %(target)s and o.version = any (%(versions)s)
                 group by o.version);

-- name: hold
insert into bascule.hold (target, deployment, members, reason)
values (%(target)s, %(deployment)s, %(members)s, %(reason)s)
on conflict (deployment) do nothing;
