[% include "shared/head_down.sql" %]
-- Takes the column's values with it.
alter table public.[[ table ]] drop column if exists [[ column ]];
