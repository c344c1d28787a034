set session_replication_role = replica;
insert into public.lines (id) values (1);
set session_replication_role = default;
set local session_replication_role to 'replica';
alter role postgres set session_replication_role = replica;
alter database postgres set session_replication_role to 'replica';
