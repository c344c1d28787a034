-- every client writes status_new since the release of 22 July
drop trigger orders_sync_status on orders;
drop function orders_sync_status();

alter table orders drop column status;
alter table orders rename column status_new to status;

create index orders_status_idx on orders (status);
