-- The ledger: Bascule's own record, in the control database. Rows are the truth; a broker message only says
-- "look at this deployment". The lawful values of status, stage, outcome and the like stand in
-- orchestrator/domain and nowhere here: SQL asks only whether something has started or finished.

create table bascule.identity (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid(),
  created timestamptz not null default now()
);
insert into bascule.identity default values;
comment on table bascule.identity is 'Who this ledger is: the owner that the fences in its targets name';
comment on column bascule.identity.only_row is 'There is one row';
comment on column bascule.identity.id is 'Made once; a ledger restored from a backup keeps it';
comment on column bascule.identity.created is 'When the ledger was made';

create table bascule.push (
  id bigint generated always as identity primary key,
  repository text not null,
  forge text not null,
  receipt text not null,
  event text not null,
  headers jsonb not null,
  body bytea not null,
  received timestamptz not null default now(),
  unique (repository, forge, receipt)
);
comment on table bascule.push is 'What forges told us, stored before it is acknowledged';
comment on column bascule.push.repository is 'Name of the repository in the settings';
comment on column bascule.push.forge is 'Who sent it, e.g. github';
comment on column bascule.push.receipt is 'The sender''s id of the event; the same in every redelivery';
comment on column bascule.push.event is 'The sender''s name of the event';
comment on column bascule.push.headers is 'Headers of an allow-list; never a signature or a token';
comment on column bascule.push.body is 'The raw bytes whose signature was verified';
comment on column bascule.push.received is 'When it was stored';

create table bascule.target (
  name text primary key,
  adopted timestamptz,
  adopted_by text,
  adopted_commit text,
  closed_by bigint
);
comment on table bascule.target is 'The databases under care, by their name in the settings';
comment on column bascule.target.name is 'Its name in the settings';
comment on column bascule.target.adopted is 'When it was taken under care; null: pushes are recorded and wait';
comment on column bascule.target.adopted_by is 'Who took it under care';
comment on column bascule.target.adopted_commit is 'Head of the branch at that moment; not deployed by itself';
comment on column bascule.target.closed_by is 'The stuck deployment that closed the target until a person acts';

create table bascule.deployment (
  id bigint generated always as identity primary key,
  target text not null references bascule.target,
  repository text not null,
  branch text not null,
  commit text not null,
  confirm_head boolean not null,
  cause text not null,
  actor text not null,
  push bigint references bascule.push,
  undoes bigint references bascule.deployment,
  status text not null,
  waiting_for text,
  stage text not null,
  attempts integer not null default 0,
  claim bigint not null default 0,
  created timestamptz not null default clock_timestamp(),
  started timestamptz,
  stage_entered timestamptz not null default clock_timestamp(),
  stage_began timestamptz,
  updated timestamptz not null default clock_timestamp(),
  finished timestamptz,
  failure jsonb
);
create unique index one_runs_per_target on bascule.deployment (target) where started is not null and finished is null;
create index unfinished on bascule.deployment (target, id) where finished is null;
create index newest_of_target on bascule.deployment (target, id desc);
alter table bascule.target add foreign key (closed_by) references bascule.deployment;
create index on bascule.target (closed_by);
create index on bascule.deployment (push);
create index on bascule.deployment (undoes);
comment on table bascule.deployment is 'Bringing one target to one commit';
comment on column bascule.deployment.target is 'The database';
comment on column bascule.deployment.repository is 'Name of the repository in the settings';
comment on column bascule.deployment.branch is 'The branch that the target follows';
comment on column bascule.deployment.commit is 'The commit to bring the target to';
comment on column bascule.deployment.confirm_head is 'False: a person asked for just this commit';
comment on column bascule.deployment.cause is 'Why it exists';
comment on column bascule.deployment.actor is 'Who pushed, merged or asked';
comment on column bascule.deployment.push is 'The push that made it, if one did';
comment on column bascule.deployment.undoes is 'The earlier deployment that a person wants undone; begins at the rollback';
comment on column bascule.deployment.status is 'Where it stands';
comment on column bascule.deployment.waiting_for is 'What a waiting deployment waits for';
comment on column bascule.deployment.stage is 'The stage that is or will be carried out';
comment on column bascule.deployment.attempts is 'How often that stage was begun';
comment on column bascule.deployment.claim is 'Raised at every claim; a result is recorded only under the newest';
comment on column bascule.deployment.created is 'When it was asked for';
comment on column bascule.deployment.started is 'When its first stage began; with finished null, it is the one that runs';
comment on column bascule.deployment.stage_entered is 'When the stage became its stage; the first one, when it began';
comment on column bascule.deployment.stage_began is 'When the present attempt at the stage began';
comment on column bascule.deployment.updated is 'When something last happened; quiet for long means a wake-up was lost';
comment on column bascule.deployment.finished is 'When it came to its end; its status never changes again';
comment on column bascule.deployment.failure is 'Why it did not succeed, as code, message, remedy and nouns';

create table bascule.wake_up (
  id bigint generated always as identity primary key,
  deployment bigint not null references bascule.deployment,
  not_before timestamptz not null default clock_timestamp()
);
create index on bascule.wake_up (deployment);
create index on bascule.wake_up (not_before);
comment on table bascule.wake_up is 'Outbox: wake-ups that the relay has still to publish; a published one is deleted';
comment on column bascule.wake_up.deployment is 'The deployment to look at';
comment on column bascule.wake_up.not_before is 'Earliest moment to publish it';

create table bascule.kept (
  sha256 text primary key,
  content bytea not null,
  kept timestamptz not null default now()
);
comment on table bascule.kept is 'Contents by their digest: the SQL of commits, the facts of targets';
comment on column bascule.kept.sha256 is 'Digest of the content, hexadecimal';
comment on column bascule.kept.content is 'The bytes';
comment on column bascule.kept.kept is 'When they were first kept';

create table bascule.stage_run (
  id bigint generated always as identity primary key,
  deployment bigint not null references bascule.deployment,
  stage text not null,
  outcome text not null,
  attempt integer not null,
  started timestamptz not null,
  finished timestamptz not null default clock_timestamp(),
  findings jsonb not null,
  failure jsonb,
  gave jsonb,
  unique (deployment, stage)
);
comment on table bascule.stage_run is 'How each stage of a deployment ended; one row a stage';
comment on column bascule.stage_run.deployment is 'The deployment';
comment on column bascule.stage_run.stage is 'The stage';
comment on column bascule.stage_run.outcome is 'How it ended';
comment on column bascule.stage_run.attempt is 'Which attempt ended it';
comment on column bascule.stage_run.started is 'When that attempt began';
comment on column bascule.stage_run.finished is 'When it was recorded';
comment on column bascule.stage_run.findings is 'What its rules saw';
comment on column bascule.stage_run.failure is 'The error that ended it, if one did';
comment on column bascule.stage_run.gave is 'What it hands to later stages';

create table bascule.applied (
  id bigint generated always as identity primary key,
  target text not null references bascule.target,
  version text not null,
  sha256 text not null,
  rollback_sha256 text,
  deployment bigint references bascule.deployment,
  applied timestamptz not null default clock_timestamp(),
  reverted timestamptz
);
create unique index applied_once on bascule.applied (target, version) where reverted is null;
create index on bascule.applied (deployment);
comment on table bascule.applied is 'Which file brought which version to a target; the target''s own history has no checksums';
comment on column bascule.applied.target is 'The database';
comment on column bascule.applied.version is 'The version in its history';
comment on column bascule.applied.sha256 is 'Checksum of the migration';
comment on column bascule.applied.rollback_sha256 is 'Checksum of its rollback as of then';
comment on column bascule.applied.deployment is 'Who applied it from these files; null: it was there at adoption';
comment on column bascule.applied.applied is 'When this was recorded';
comment on column bascule.applied.reverted is 'When it was recorded to be gone: rolled back, or taken out of the history by somebody else';

create table bascule.hold (
  id bigint generated always as identity primary key,
  target text not null references bascule.target,
  deployment bigint not null references bascule.deployment,
  members jsonb not null,
  reason text not null,
  created timestamptz not null default clock_timestamp(),
  lifted timestamptz,
  lifted_by text
);
create unique index one_hold_per_deployment on bascule.hold (deployment);
create index holds_in_force on bascule.hold (target) where lifted is null;
comment on table bascule.hold is 'Migrations that failed together and are not tried again unchanged';
comment on column bascule.hold.target is 'The database on which they failed';
comment on column bascule.hold.deployment is 'The deployment that failed';
comment on column bascule.hold.members is 'Pairs of version and sha256; a plan that contains all of them is refused';
comment on column bascule.hold.reason is 'What went wrong, in one line';
comment on column bascule.hold.created is 'When it failed';
comment on column bascule.hold.lifted is 'When a person allowed another try';
comment on column bascule.hold.lifted_by is 'Who did';

create table bascule.event (
  id bigint generated always as identity primary key,
  kind text not null,
  at timestamptz not null default clock_timestamp(),
  target text,
  deployment bigint references bascule.deployment,
  final boolean not null default false,
  actor text not null,
  detail jsonb not null default '{}'
);
create unique index one_final_event on bascule.event (deployment) where final;
create index on bascule.event (deployment, id);
comment on table bascule.event is 'What happened, appended and never changed';
comment on column bascule.event.kind is 'What happened, in the past tense';
comment on column bascule.event.at is 'When';
comment on column bascule.event.target is 'Where, if it concerns a target';
comment on column bascule.event.deployment is 'To which deployment, if to one';
comment on column bascule.event.final is 'It ended the deployment; there is one such event each';
comment on column bascule.event.actor is 'Who or what caused it';
comment on column bascule.event.detail is 'Further nouns';

create table bascule.notification (
  id bigint generated always as identity primary key,
  event bigint not null references bascule.event,
  channel text not null,
  message jsonb not null,
  attempts integer not null default 0,
  next_attempt timestamptz default clock_timestamp(),
  taken_until timestamptz,
  delivered timestamptz,
  given_up timestamptz,
  unique (event, channel)
);
create index undelivered on bascule.notification (channel, id) where delivered is null and given_up is null;
comment on table bascule.notification is 'What to tell one channel about one event';
comment on column bascule.notification.event is 'The event';
comment on column bascule.notification.channel is 'Name of the channel in the settings';
comment on column bascule.notification.message is 'The facts to tell';
comment on column bascule.notification.attempts is 'How many deliveries were tried';
comment on column bascule.notification.next_attempt is 'When the next delivery is due';
comment on column bascule.notification.taken_until is 'Until then a courier is busy with it';
comment on column bascule.notification.delivered is 'When the channel took it';
comment on column bascule.notification.given_up is 'When the last delivery failed';

create table bascule.delivery (
  id bigint generated always as identity primary key,
  notification bigint not null references bascule.notification,
  attempt integer not null,
  at timestamptz not null default clock_timestamp(),
  problem text,
  unique (notification, attempt)
);
comment on table bascule.delivery is 'Each attempt to tell a channel';
comment on column bascule.delivery.notification is 'What was to be told';
comment on column bascule.delivery.attempt is 'Counted from 1';
comment on column bascule.delivery.at is 'When it ended';
comment on column bascule.delivery.problem is 'Why it failed; null when it arrived';
