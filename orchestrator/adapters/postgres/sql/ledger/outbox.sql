-- name: due
-- The oldest wake-ups whose time has come; those that another relay holds are left to it. A deployment that is
-- over, as those that newer ones overtook, needs none.
select w.id, w.deployment, d.finished is not null as over
  from bascule.wake_up w
  join bascule.deployment d on d.id = w.deployment
 where w.not_before <= clock_timestamp()
 order by w.id
   for update of w skip locked
 limit 100;

-- name: published
delete from bascule.wake_up where id = any (%(ids)s);

-- name: wake_stalled
-- Whatever was lost: of each target the running deployment, else the newest waiting one, when it was quiet
-- for long, has no wake-up on its way, may go on, and nobody holds the target's lock. A row that somebody
-- changes right now is not quiet: waiting for it could end in a circle. Where waking does not help, as while no
-- worker runs, it is done less and less often: what nobody takes piles up at the broker.
with candidate as (
  select distinct on (d.target) d.id
    from bascule.deployment d
    join bascule.target t on t.name = d.target and t.adopted is not null
   where d.finished is null and (d.started is not null or d.undoes is not null or t.closed_by is null)
   order by d.target, d.started is null, d.undoes is null, d.id desc),
stalled as (
  select d.id
    from candidate c
    join bascule.deployment d on d.id = c.id
   cross join hashtextextended('bascule target ' || d.target, 0) as key
   where d.finished is null
     and d.updated < clock_timestamp() - greatest(
           make_interval(secs => %(quiet_seconds)s),
           least((d.updated - greatest(d.stage_entered, d.stage_began)) / 2,
                 make_interval(secs => %(longest_quiet_seconds)s)))
     and not exists (select from bascule.wake_up w where w.deployment = d.id)
     and not exists (select from pg_locks l
                      where l.locktype = 'advisory' and l.objsubid = 1
                        and l.database = (select oid from pg_database where datname = current_database())
                        and l.classid = ((key >> 32) & 4294967295)::oid
                        and l.objid = (key & 4294967295)::oid)
   order by d.id
     for update of d skip locked),
noted as (
  update bascule.deployment d set updated = clock_timestamp() from stalled s where d.id = s.id returning d.id)
insert into bascule.wake_up (deployment) select id from noted returning deployment;

-- name: one_reconciler
select pg_try_advisory_xact_lock(hashtextextended('bascule reconciler', 0)) as mine;

-- name: due_looks
-- Targets to be compared with what is on record: as often as told, and never while something runs there. A
-- target that somebody changes right now is looked at another time.
with due as (
  select t.name from bascule.target t
   where t.name = any (%(targets)s)
     and t.adopted is not null and t.facts is not null and t.closed_by is null
     and (t.looked is null or t.looked < clock_timestamp() - make_interval(secs => %(every_seconds)s))
     and not exists (select from bascule.deployment d
                      where d.target = t.name and d.started is not null and d.finished is null)
   order by t.looked nulls first, t.name
   limit %(at_once)s
     for update skip locked)
update bascule.target t set looked = clock_timestamp() from due where t.name = due.name returning t.name;

-- name: followed_heads
-- The head that each adopted target was last asked for, see newest_head. Only the newest deployment is looked at:
-- a target is adopted when nothing is under way, so when the newest ended before that, all of them did; and looking
-- for one that ended later read the whole past of a target that was adopted anew.
select t.name as target,
       coalesce(case when newest.finished is null or newest.finished > t.adopted then newest.commit end,
                t.adopted_commit) as commit
  from bascule.target t
  left join lateral (
    select d.commit, d.finished from bascule.deployment d
     where d.target = t.name and d.confirm_head and d.status <> %(words)s::jsonb ->> 'superseded'
       and (d.status = %(words)s::jsonb ->> 'refused' and bascule.had_no_branch(d.id, %(words)s)) is not true
     order by d.id desc limit 1
  ) newest on true
 where t.adopted is not null;
