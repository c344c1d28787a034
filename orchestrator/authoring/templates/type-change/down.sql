[% set successor = called(column, "new") %]
[% set keeps = called(table, "keep", successor) %]
[% include "shared/head_down.sql" %]
-- Loses nothing: the old column has every value.
drop trigger if exists [[ keeps ]] on public.[[ table ]];
drop function if exists public.[[ keeps ]]();
alter table public.[[ table ]] drop column if exists [[ successor ]];
