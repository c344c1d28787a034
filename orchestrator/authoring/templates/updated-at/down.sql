[% include "shared/head_down.sql" %]
drop trigger if exists [[ called(table, "set_updated_at") ]] on public.[[ table ]];
[% include "shared/set_updated_at_down.sql" %]
