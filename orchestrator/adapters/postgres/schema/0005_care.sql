-- What a ledger needs to outlive its backups and its own growth.

alter table bascule.target add column epoch bigint;
comment on column bascule.target.epoch is 'The newest epoch that we let the target''s fence mint; a fence that is further tells that this ledger was restored from a backup. Null: not watched before it is adopted again';

create view bascule.needed as
with recursive root as (
  select d.id from bascule.deployment d where d.finished is null
  union all
  select a.deployment from bascule.applied a where a.reverted is null
  union all
  select h.deployment from bascule.hold h where h.lifted is null
  union all
  select t.closed_by from bascule.target t
  union all
  select newest.id from bascule.target t
   cross join lateral (select d.id from bascule.deployment d where d.target = t.name order by d.id desc limit 20) newest
  union all
  select gave.id from bascule.target t
   cross join lateral (select d.id from bascule.deployment d
                        where d.target = t.name
                          and exists (select from bascule.stage_run r where r.deployment = d.id and r.gave is not null)
                        order by d.id desc limit 1) gave),
chain (id) as (
  select r.id from root r where r.id is not null
  union
  select beside.id
    from chain c
   cross join lateral (select d.undoes as id from bascule.deployment d where d.id = c.id and d.undoes is not null
                       union all
                       select d.id from bascule.deployment d where d.undoes = c.id) beside)
select id as deployment from chain;
comment on view bascule.needed is 'Deployments of which nothing may be forgotten: what runs or waits, what is applied, held or closes a target, the newest of each target, and whatever undoes one of these or is undone by it';
comment on column bascule.needed.deployment is 'The deployment';
