[% set left_id = called(left | singular, "id") %]
[% set right_id = called(right | singular, "id") %]
[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.[[ table ]] (
  [[ left_id ]] uuid not null references public.[[ left ]] (id) on delete cascade,
  [[ right_id ]] uuid not null references public.[[ right ]] (id) on delete cascade,
  -- TODO: what a link itself says, if anything: a position, a quantity
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key ([[ left_id ]], [[ right_id ]])
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
-- The primary key finds links by [[ left_id ]]; a second index for it would only cost.
create index [[ called(table, right_id, "idx") ]] on public.[[ table ]] ([[ right_id ]]);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.[[ table ]] enable row level security;

[% include "shared/grants.sql" %]

-- Who owns the left row decides about its links. TODO: name the column that says so, if it is not user_id.
create policy [[ called(table, "select_own") ]] on public.[[ table ]]
  for select to authenticated
  using ([[ left_id ]] in (select one.id from public.[[ left ]] as one where one.user_id = (select auth.uid())));

-- A foreign key passes row level security: what may be linked must be visible as well.
create policy [[ called(table, "insert_own") ]] on public.[[ table ]]
  for insert to authenticated
  with check (
    [[ left_id ]] in (select one.id from public.[[ left ]] as one where one.user_id = (select auth.uid()))
    and [[ right_id ]] in (select one.id from public.[[ right ]] as one)
  );

create policy [[ called(table, "update_own") ]] on public.[[ table ]]
  for update to authenticated
  using ([[ left_id ]] in (select one.id from public.[[ left ]] as one where one.user_id = (select auth.uid())))
  with check (
    [[ left_id ]] in (select one.id from public.[[ left ]] as one where one.user_id = (select auth.uid()))
    and [[ right_id ]] in (select one.id from public.[[ right ]] as one)
  );

create policy [[ called(table, "delete_own") ]] on public.[[ table ]]
  for delete to authenticated
  using ([[ left_id ]] in (select one.id from public.[[ left ]] as one where one.user_id = (select auth.uid())));

-- ============================================
-- STEP 4: Triggers
-- ============================================
[% include "shared/set_updated_at_up.sql" %]
create trigger [[ called(table, "set_updated_at") ]] before update on public.[[ table ]]
  for each row execute function [[ set_updated_at ]]();

-- ============================================
-- STEP 5: Comments
-- ============================================
comment on table public.[[ table ]] is 'Which [[ left | replace("_", " ") ]] and [[ right | replace("_", " ") ]] belong together';
