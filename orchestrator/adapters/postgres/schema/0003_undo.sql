-- How far a rollback that a person asks for goes, and what that person decided about rows.

alter table bascule.deployment
  add column undo_to text,
  add column drop_rows boolean not null default false;
comment on column bascule.deployment.undo_to is 'The newest version that stays when another deployment is undone; null: all of it goes';
comment on column bascule.deployment.drop_rows is 'True: a person allowed the rollback to drop rows that the undone deployment did not write';
