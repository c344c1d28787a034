[% set type = called(table | singular, column) %]
[% include "shared/head_down.sql" %]
-- Takes the column's values with it.
alter table public.[[ table ]] drop column if exists [[ column ]];
drop type if exists public.[[ type ]];
