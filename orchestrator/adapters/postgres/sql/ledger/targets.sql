-- name: adopt
insert into bascule.target (name, adopted, adopted_by, adopted_commit, epoch, facts, facts_at)
values (%(target)s, clock_timestamp(), %(actor)s, %(commit)s, %(epoch)s, %(facts)s,
        case when %(facts)s::text is not null then clock_timestamp() end)
on conflict (name) do update
   set adopted = coalesce(bascule.target.adopted, excluded.adopted),
       adopted_by = coalesce(bascule.target.adopted_by, excluded.adopted_by),
       adopted_commit = coalesce(bascule.target.adopted_commit, excluded.adopted_commit),
       epoch = greatest(bascule.target.epoch, excluded.epoch),
       facts = coalesce(bascule.target.facts, excluded.facts),
       facts_at = coalesce(bascule.target.facts_at, excluded.facts_at);

-- name: release
update bascule.target
   set adopted = null, adopted_by = null, adopted_commit = null, epoch = null, facts = null, facts_at = null, drift = null,
       drifted = null
 where name = %(target)s;

-- name: remember_baseline
insert into bascule.applied (target, version, sha256, rollback_sha256)
select %(target)s, unnest(%(versions)s::text[]), unnest(%(sha256s)s::text[]), unnest(%(rollbacks)s::text[])
on conflict (target, version) where reverted is null do nothing;

-- name: forget_baseline
delete from bascule.applied where target = %(target)s and deployment is null;

-- name: lift_holds
update bascule.hold
   set lifted = clock_timestamp(), lifted_by = %(actor)s
 where deployment = %(deployment)s and lifted is null
returning id;

-- name: unlock
update bascule.target t
   set closed_by = null
  from (select name, closed_by from bascule.target where name = %(target)s for update) was
 where t.name = was.name and was.closed_by is not null
returning was.closed_by;

-- name: reopen
update bascule.target set closed_by = null where name = %(target)s and closed_by = %(deployment)s returning name;
