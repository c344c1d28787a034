[% set successor = called(column, "new") %]
[% set keeps = called(table, "keep", successor) %]
[% set present = called(table, successor, "present") %]
[% include "shared/head.sql" %]

-- ALTER COLUMN … TYPE rewrites the table and its indexes, while nobody reads or writes, and breaks code that
-- still sends the old type. Here both columns live side by side, each kept true by the other.

-- ============================================
-- STEP 1: Add the new column
-- ============================================
-- TODO: its type, and a name that it may keep for good. Without a default only the catalog changes.
alter table public.[[ table ]] add column [[ successor ]] bigint;
comment on column public.[[ table ]].[[ successor ]] is 'Follows [[ column ]], which goes once nobody needs it';

-- ============================================
-- STEP 2: Keep both true
-- ============================================
-- Whichever column is written, the other follows. TODO: where an assignment is not enough, say how one becomes
-- the other. A value that does not fit the old type is refused as long as that is there.
create function public.[[ keeps ]]() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  if tg_op = 'INSERT' and new.[[ successor ]] is not null
     or tg_op = 'UPDATE' and new.[[ successor ]] is distinct from old.[[ successor ]] then
    new.[[ column ]] = new.[[ successor ]];
  else
    new.[[ successor ]] = new.[[ column ]];
  end if;
  return new;
end;
$$;
comment on function public.[[ keeps ]]() is
  'Keeps [[ column ]] and [[ successor ]] equal while both are there';
revoke execute on function public.[[ keeps ]]() from public, anon, authenticated, service_role;

create trigger [[ keeps ]] before insert or update on public.[[ table ]]
  for each row execute function public.[[ keeps ]]();

-- ============================================
-- Afterwards
-- ============================================
-- 1. Fill the rows of before: any update does. Not in this file: it would hold the lock of STEP 1 until all are
--    filled. By a job, again and again until no row is left, each batch a transaction of its own:
--      update public.[[ table ]] set [[ successor ]] = [[ column ]]
--       where id in (select id from public.[[ table ]]
--                     where [[ successor ]] is null and [[ column ]] is not null limit 5000);
-- 2. Give it the constraints, indexes and default of the old column; NOT NULL by way of
--      add constraint [[ present ]] check ([[ successor ]] is not null) not valid
--    and, in a later migration, validate constraint, set not null, drop constraint.
-- 3. Release code that reads and writes [[ successor ]] only.
-- 4. Contract: a migration of its own, when no code is left that knows [[ column ]]. Nothing brings its values back.
--      drop trigger [[ keeps ]] on public.[[ table ]];
--      drop function public.[[ keeps ]]();
--      alter table public.[[ table ]] drop column [[ column ]];
