[% include "shared/head_down.sql" %]
-- Instead of this line: the inverse of every statement, the last one first.
select 'TODO: what undoes the migration';
