[% set type = called(table | singular, column) %]
[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Create type
-- ============================================
-- TODO: your values, in their order. One can be added later, in a file of its own, but none removed: where
-- values come and go, a text column with a check, or a table of its own, is the better choice.
create type public.[[ type ]] as enum ('pending', 'active', 'cancelled');
comment on type public.[[ type ]] is 'TODO: what the values mean, and which follows which';

-- ============================================
-- STEP 2: Add column
-- ============================================
-- The default is a constant, so the rows are neither read nor rewritten: they have it at once.
alter table public.[[ table ]]
  add column [[ column ]] public.[[ type ]] not null default 'pending';

-- ============================================
-- STEP 3: Comments
-- ============================================
comment on column public.[[ table ]].[[ column ]] is 'TODO: who changes it, and when';
