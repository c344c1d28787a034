-- Forgetting what nobody needs any more, a few rows at a time. Deployments themselves stay: who asked, for what, and how
-- it ended. Of those that `needed` names everything stays. Rows that somebody holds are left for another time.

-- name: one_at_a_time
select pg_try_advisory_xact_lock(hashtextextended('bascule keeping', 0)) as mine;

-- name: forget_deliveries
delete from bascule.delivery y
 using (select o.id from bascule.delivery o
          join bascule.notification n on n.id = o.notification
         where o.at < clock_timestamp() - make_interval(secs => %(seconds)s)
           and (n.delivered is not null or n.given_up is not null)
         order by o.id
         limit %(limit)s
           for update of o skip locked) old
 where y.id = old.id;

-- name: forget_notifications
delete from bascule.notification n
 using (select o.id from bascule.notification o
         where coalesce(o.delivered, o.given_up) < clock_timestamp() - make_interval(secs => %(seconds)s)
           and not exists (select from bascule.delivery y where y.notification = o.id)
         order by o.id
         limit %(limit)s
           for update of o skip locked) old
 where n.id = old.id;

-- name: forget_events
delete from bascule.event e
 using (select o.id from bascule.event o
          left join bascule.deployment d on d.id = o.deployment
         where o.at < clock_timestamp() - make_interval(secs => %(seconds)s)
           and (d.id is null or d.finished < clock_timestamp() - make_interval(secs => %(seconds)s))
           and not exists (select from bascule.notification n where n.event = o.id)
           and not exists (select from bascule.needed n where n.deployment = o.deployment)
         order by o.id
         limit %(limit)s
           for update of o skip locked) old
 where e.id = old.id;

-- name: forget_runs
delete from bascule.stage_run r
 using (select o.id from bascule.stage_run o
          join bascule.deployment d on d.id = o.deployment
         where d.finished < clock_timestamp() - make_interval(secs => %(seconds)s)
           and not exists (select from bascule.needed n where n.deployment = o.deployment)
         order by o.id
         limit %(limit)s
           for update of o skip locked) old
 where r.id = old.id;

-- name: forget_bodies
-- The receipt stays, so that a very late redelivery is known.
update bascule.push p
   set body = '', headers = '{}'
  from (select o.id from bascule.push o
         where o.received < clock_timestamp() - make_interval(secs => %(seconds)s) and octet_length(o.body) > 0
         order by o.id
         limit %(limit)s
           for update of o skip locked) old
 where p.id = old.id;

-- name: forget_contents
-- What a stage gave names contents by their digest. Those of younger deployments were kept, or wanted again, when
-- they were given; the day is for a stage that lasts.
with named as materialized (
  select t.facts as sha256 from bascule.target t
  union
  select a.sha256 from bascule.applied a
  union
  select a.rollback_sha256 from bascule.applied a
  union
  select m.value ->> 1 from bascule.hold h cross join lateral jsonb_array_elements(h.members) m
  union
  select found.digest[1]
    from bascule.stage_run r
   cross join lateral regexp_matches(r.gave::text, '[0-9a-f]{64}', 'g') as found (digest)
   where r.deployment in (select o.deployment from bascule.stage_run o
                           where o.finished < clock_timestamp() - make_interval(secs => %(seconds)s)))
delete from bascule.kept k
 using (select o.sha256 from bascule.kept o
         where o.kept < clock_timestamp() - make_interval(secs => %(seconds)s) - interval '1 day'
           and not exists (select from named where named.sha256 = o.sha256)
         limit %(limit)s
           for update of o skip locked) old
 where k.sha256 = old.sha256;
