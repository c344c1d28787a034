[% include "shared/head_down.sql" %]
drop policy if exists [[ called(table, "delete_admin") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "update_admin") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "insert_admin") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "select_admin") ]] on public.[[ table ]];
[% if makes_is_admin %]
drop function if exists private.is_admin();
[% include "shared/private_down.sql" %]
[% endif %]
