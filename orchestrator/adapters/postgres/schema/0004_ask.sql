-- Asking for deployments, each in one round trip: makers of deployments stand in line for their target's row, and
-- while they do, nobody should wait for a network. The words of the domain come in as an argument, `words`: here
-- they have no meaning. A later version that needs other arguments adds a function of another name: processes of
-- both versions may run side by side.

create function bascule.ask(target text, repository text, branch text, commit text, confirm_head boolean, cause text,
                            actor text, push bigint, may_join boolean, words jsonb,
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
comment on function bascule.ask is
  'Makes the deployment that is asked for, or joins the newest head''s; gives it, and the final events of those that it overtook';

create function bascule.store_push(repository text, forge text, receipt text, event text, headers jsonb, body bytea,
                                   requests jsonb, words jsonb,
                                   out is_new boolean, out deployments bigint[], out superseded bigint[])
language plpgsql as $$
#variable_conflict use_column
declare
  stored bigint;
  request jsonb;
  made record;
begin
  insert into bascule.push as p (repository, forge, receipt, event, headers, body)
  values (store_push.repository, store_push.forge, store_push.receipt, store_push.event, store_push.headers,
          store_push.body)
  on conflict do nothing
  returning p.id into stored;
  store_push.is_new := found;
  if not store_push.is_new then
    select array_agg(d.id order by d.id) into store_push.deployments
      from bascule.deployment d
      join bascule.push p on p.id = d.push
     where p.repository = store_push.repository and p.forge = store_push.forge and p.receipt = store_push.receipt;
    return;
  end if;
  -- in the order given, which is by name: two pushes for the same targets wait for each other, never in a circle
  for request in select r.value from jsonb_array_elements(store_push.requests) with ordinality r order by r.ordinality
  loop
    made := bascule.ask(request ->> 'target', request ->> 'repository', request ->> 'branch', request ->> 'commit',
                        true, request ->> 'cause', request ->> 'actor', stored, true, store_push.words);
    store_push.deployments := store_push.deployments || made.deployment;
    store_push.superseded := store_push.superseded || made.superseded;
  end loop;
end $$;
comment on function bascule.store_push is
  'Stores what a forge told us, once, with all that it asks for; a receipt that is there gives the deployments that it made';
