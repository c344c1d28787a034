-- TODO: name the owner
create table billing.notes (id bigint primary key, body text not null default 'TODO: write it');
comment on table billing.notes is 'TODO: what it is for';
insert into billing.notes (id, body) select 1, 'TODO: buy milk';
select 'done';
