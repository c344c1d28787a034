-- Who waits for a lock on its target takes no worker's slot between its tries.

alter table bascule.deployment add column lock_tries int not null default 0;
comment on column bascule.deployment.lock_tries is 'So often in a row somebody was in the way of what the present stage writes to the target';
alter table bascule.deployment add column in_the_way text not null default '';
comment on column bascule.deployment.in_the_way is 'Who that was, for people; empty when nobody is';
