-- name: ask
-- See the function in schema/.
select a.deployment, a.superseded
  from bascule.ask(%(target)s, %(repository)s, %(branch)s, %(commit)s, %(confirm_head)s, %(cause)s, %(actor)s, null,
                   %(join)s, %(words)s) a;

-- name: ended_by
-- The deployments that these events ended.
select d.*, e.id as event, e.at as event_at
  from bascule.event e
  join bascule.deployment d on d.id = e.deployment
 where e.id = any (%(events)s)
 order by e.id;

-- name: lock_deployment
-- Whoever records a stage of it, or begins one, waits here, and then sees what became of it.
select d.* from bascule.deployment d where d.id = %(deployment)s for update;

-- name: lock_target_of
-- Makers of deployments stand in line here, so that what is asked about holds until the answer is acted upon.
select t.* from bascule.target t
  join bascule.deployment d on d.target = t.name
 where d.id = %(deployment)s
   for update of t;

-- name: newest_head
-- The head that was last asked for. A commit that a person named is none, nor is one that was overtaken or came
-- when there was no such branch: when the branch is forced back to that, or made anew, it has still to be deployed.
-- What had ended before the target was adopted says nothing about it any more; what waited for the adoption does.
select d.id, d.commit
  from bascule.deployment d
  join bascule.target t on t.name = d.target
 where d.target = %(target)s and d.confirm_head and d.status <> %(words)s::jsonb ->> 'superseded'
   and d.id <> %(except)s
   and (d.status = %(words)s::jsonb ->> 'refused' and bascule.had_no_branch(d.id, %(words)s)) is not true
   and (t.adopted is null or d.finished is null or d.finished > t.adopted)
 order by d.id desc limit 1;

-- name: next_waiting
-- A rollback that a person asked for comes first, then the newest push.
select d.id, d.undoes from bascule.deployment d
 where d.target = %(target)s and d.started is null and d.finished is null
 order by d.undoes is null, d.id desc
 limit 1;

-- name: finish
update bascule.deployment
   set status = %(status)s, waiting_for = null, finished = clock_timestamp(), updated = clock_timestamp(),
       failure = coalesce(%(overriding_failure)s, failure, %(failure)s)
 where id = %(deployment)s and finished is null
returning *;

-- name: lift_outlived_holds
-- A version that is on the target now was changed since it failed, or a person allowed it: nothing is held back.
update bascule.hold h
   set lifted = clock_timestamp(), lifted_by = %(by)s
 where h.target = %(target)s and h.lifted is null
   and exists (select from jsonb_array_elements(h.members) m
                 join bascule.applied a on a.target = h.target and a.version = m ->> 0 and a.reverted is null);

-- name: close_target
update bascule.target set closed_by = %(deployment)s where name = %(target)s and closed_by is null;

-- name: reopen_undone
-- What closed the target is undone: the deployment itself, or what was left of it by an earlier undo.
update bascule.target t
   set closed_by = null
  from bascule.deployment c
 where t.name = %(target)s and c.id = t.closed_by and %(undoes)s in (c.id, c.undoes)
returning t.name;

-- name: wake
with woken as (
  insert into bascule.wake_up (deployment, not_before)
  values (%(deployment)s, clock_timestamp() + make_interval(secs => %(seconds)s))
  returning id)
select pg_notify('bascule_wake_up', '') from woken;

-- name: append_event
insert into bascule.event (kind, target, deployment, final, actor, detail)
values (%(kind)s, %(target)s, %(deployment)s, %(final)s, %(actor)s, %(detail)s)
returning id, at;

-- name: notify
insert into bascule.notification (event, channel, message)
select %(event)s, unnest(%(channels)s::text[]), %(message)s
on conflict do nothing;

-- name: undo_obstacles
-- What speaks against undoing a deployment: a closed target, others in line, later versions that are there. Where it
-- closed the target itself, or an undo of it did, whoever waits there goes on waiting.
select d.*, t.closed_by,
       exists (select from bascule.deployment c
                where c.id = t.closed_by and d.id in (c.id, c.undoes)) as closed_it,
       (select array_agg(a.version order by a.id) from bascule.applied a
         where a.deployment = d.id and a.reverted is null) as applied_versions,
       (select array_agg(a.version order by a.id desc) from bascule.applied a
         where a.target = d.target and a.reverted is null and a.deployment > d.id) as later_versions,
       (select max(o.id) from bascule.deployment o
         where o.target = d.target and o.finished is null) as unfinished,
       (select max(o.id) from bascule.deployment o
         where o.target = d.target and o.finished is null
           and (o.started is not null or o.undoes is not null)) as in_front
  from bascule.deployment d
  join bascule.target t on t.name = d.target
 where d.id = %(deployment)s;

-- name: create_undo
insert into bascule.deployment (target, repository, branch, commit, confirm_head, cause, actor, undoes, undo_to,
                                drop_rows, status, waiting_for, stage)
select d.target, d.repository, d.branch, d.commit, false, %(cause)s, %(actor)s, d.id, %(undo_to)s, %(drop_rows)s,
       %(status)s, %(waiting_for)s, %(stage)s
  from bascule.deployment d
 where d.id = %(deployment)s
returning id;
