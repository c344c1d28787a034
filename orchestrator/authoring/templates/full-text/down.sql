[% include "shared/head_down.sql" %]
drop index if exists public.[[ called(table, column, "search_idx") ]];
