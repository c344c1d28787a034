set session_replication_role = origin;
set local session_replication_role = local;
reset session_replication_role;
set constraints all deferred;
