[% include "shared/head_down.sql" %]
-- Takes indexes, policies, grants and trigger with it, and every row.
drop table if exists public.[[ table ]];
[% include "shared/set_updated_at_down.sql" %]
