[% set present = called(table, column, "present") %]
[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Add column
-- ============================================
-- TODO: its type. As it stands only the catalog changes: the table is locked for a moment, however large it is.
-- Where one constant suits every row that there is, say it here and leave the backfill out: as in
--   add column [[ column ]] boolean not null default false
-- A default that differs from row to row, such as gen_random_uuid(), would rewrite the table under that lock.
alter table public.[[ table ]] add column [[ column ]] text;

-- For rows from now on; those of before stay null until they are filled.
alter table public.[[ table ]] alter column [[ column ]] set default 'unknown';

-- ============================================
-- STEP 2: Comments
-- ============================================
comment on column public.[[ table ]].[[ column ]] is 'TODO: what it says, and what null means';

-- ============================================
-- Afterwards
-- ============================================
-- 1. Release code that writes the column.
-- 2. Fill the rows of before. Not in this file: it would hold the lock of STEP 1 until all are filled. By a job,
--    again and again until no row is left, each batch a transaction of its own:
--      update public.[[ table ]] set [[ column ]] = 'unknown'
--       where id in (select id from public.[[ table ]] where [[ column ]] is null limit 5000);
-- 3. Where every row must have a value: two more migrations, once none is left. The first checks new rows only,
--    the second reads the table while others write.
--      alter table public.[[ table ]]
--        add constraint [[ present ]] check ([[ column ]] is not null) not valid;
--    and
--      alter table public.[[ table ]] validate constraint [[ present ]];
--      alter table public.[[ table ]] alter column [[ column ]] set not null;
--      alter table public.[[ table ]] drop constraint [[ present ]];
