-- What does not answer takes no more than one worker's slot, and what was refused without a branch is no head.

alter table bascule.deployment add column in_doubt boolean not null default false;
comment on column bascule.deployment.in_doubt is 'What its stage needs was away at the last attempt; of all such deployments one at a time is looked at again';

-- A commit that was refused because its branch was gone was never seen to be a head: when the branch is made anew from
-- that very commit, it has still to be deployed. Older processes, which do not name the rule, do as they did.

create function bascule.had_no_branch(deployment bigint, words jsonb) returns boolean
language sql stable as $$
  select exists (select from bascule.stage_run r
                  where r.deployment = had_no_branch.deployment and r.stage = words ->> 'checkout'
                    and r.findings @> (words -> 'branch_gone'))
$$;
comment on function bascule.had_no_branch is
  'Whether a deployment was refused because there was no such branch: then its commit was never seen to be a head';

create or replace function bascule.ask(target text, repository text, branch text, commit text, confirm_head boolean,
                                       cause text, actor text, push bigint, may_join boolean, words jsonb,
                                       out deployment bigint, out superseded bigint[])
language plpgsql as $$
#variable_conflict use_column
declare
  newest record;
begin
  -- in line, so that "the newest" is one row; every statement below sees what those before us in line have made
  perform from bascule.target t where t.name = ask.target for no key update;
  if not found then
    insert into bascule.target (name) values (ask.target) on conflict do nothing;
    perform from bascule.target t where t.name = ask.target for no key update;
  end if;
  if ask.may_join then
    -- the head that was last asked for, as in newest_head of deployments.sql
    select d.id, d.commit into newest
      from bascule.deployment d
      join bascule.target t on t.name = d.target
     where d.target = ask.target and d.confirm_head and d.status <> ask.words ->> 'superseded'
       and (d.status = ask.words ->> 'refused' and bascule.had_no_branch(d.id, ask.words)) is not true
       and (t.adopted is null or d.finished is null or d.finished > t.adopted)
     order by d.id desc limit 1;
    if newest.commit = ask.commit then
      ask.deployment := newest.id;
      return;
    end if;
  end if;
  insert into bascule.deployment as d (target, repository, branch, commit, confirm_head, cause, actor, push, status,
                                       waiting_for, stage)
  values (ask.target, ask.repository, ask.branch, ask.commit, ask.confirm_head, ask.cause, ask.actor, ask.push,
          ask.words ->> 'waiting', ask.words ->> 'turn', ask.words ->> 'checkout')
  returning d.id into ask.deployment;
  insert into bascule.event (kind, target, deployment, actor, detail)
  values (ask.words ->> 'created', ask.target, ask.deployment, ask.actor,
          jsonb_build_object('commit', ask.commit, 'cause', ask.cause));
  -- those that waited before are left without a purpose
  with overtaken as (
    update bascule.deployment d
       set status = ask.words ->> 'superseded', waiting_for = null, finished = clock_timestamp(),
           updated = clock_timestamp()
     where d.target = ask.target and d.started is null and d.finished is null and d.undoes is null
       and d.id < ask.deployment
    returning d.id),
  ended as (
    insert into bascule.event as e (kind, target, deployment, final, actor)
    select ask.words ->> 'superseded', ask.target, o.id, true, ask.words ->> 'ourselves' from overtaken o order by o.id
    returning e.id)
  select array_agg(ended.id) into ask.superseded from ended;
  insert into bascule.wake_up (deployment) values (ask.deployment);
  perform pg_notify('bascule_wake_up', '');
end $$;
