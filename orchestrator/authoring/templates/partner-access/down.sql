[% include "shared/head_down.sql" %]
drop policy if exists [[ called(table, "delete_partner") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "update_partner") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "insert_partner") ]] on public.[[ table ]];
drop policy if exists [[ called(table, "select_partner") ]] on public.[[ table ]];
[% if makes_own_partner_ids %]
drop function if exists private.own_partner_ids();
[% include "shared/private_down.sql" %]
[% endif %]
