[% include "shared/head_down.sql" %]
revoke select, insert, update, delete on table public.[[ table ]] from service_role;
