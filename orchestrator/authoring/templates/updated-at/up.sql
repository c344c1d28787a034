[% include "shared/head.sql" %]

-- Where the column is missing, first:
--   alter table public.[[ table ]] add column updated_at timestamptz not null default now();

-- ============================================
-- STEP 1: Trigger
-- ============================================
[% include "shared/set_updated_at_up.sql" %]
-- The condition spares a second call in one transaction; and a table without the column is refused here and now,
-- not at its next update.
create trigger [[ called(table, "set_updated_at") ]] before update on public.[[ table ]]
  for each row when (old.updated_at is distinct from now()) execute function [[ set_updated_at ]]();
