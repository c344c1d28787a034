-- What each target should be, so that it can be told when somebody else changed it.

alter table bascule.target
  add column facts text,
  add column facts_at timestamptz,
  add column looked timestamptz,
  add column drift text,
  add column drifted timestamptz;
comment on column bascule.target.facts is 'Digest of the kept facts that the target should have; null: none are on record';
comment on column bascule.target.facts_at is 'When those were recorded: at the adoption, by a deployment, or by a person who accepted them';
comment on column bascule.target.looked is 'When a worker was last sent to compare them';
comment on column bascule.target.drift is 'Digest of the difference that was last told; null: none was seen';
comment on column bascule.target.drifted is 'When the target was first seen to differ, and has not been as recorded since';
