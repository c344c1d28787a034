[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Create table
-- ============================================
create table public.[[ table ]] (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  -- TODO: your columns
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- ============================================
-- STEP 2: Create indexes
-- ============================================
-- For the foreign key, and for the policies below, which ask for it in every query.
create index [[ called(table, "user_id_idx") ]] on public.[[ table ]] (user_id);

-- ============================================
-- STEP 3: Row level security and grants
-- ============================================
alter table public.[[ table ]] enable row level security;

[% include "shared/grants.sql" %]

-- In a sub-select auth.uid() is asked once for a query, not once for a row.
create policy [[ called(table, "select_own") ]] on public.[[ table ]]
  for select to authenticated
  using (user_id = (select auth.uid()));

create policy [[ called(table, "insert_own") ]] on public.[[ table ]]
  for insert to authenticated
  with check (user_id = (select auth.uid()));

create policy [[ called(table, "update_own") ]] on public.[[ table ]]
  for update to authenticated
  using (user_id = (select auth.uid()))
  with check (user_id = (select auth.uid()));

create policy [[ called(table, "delete_own") ]] on public.[[ table ]]
  for delete to authenticated
  using (user_id = (select auth.uid()));

-- ============================================
-- STEP 4: Triggers
-- ============================================
[% include "shared/set_updated_at_up.sql" %]
create trigger [[ called(table, "set_updated_at") ]] before update on public.[[ table ]]
  for each row execute function [[ set_updated_at ]]();

-- ============================================
-- STEP 5: Comments
-- ============================================
comment on table public.[[ table ]] is '[[ table | replace("_", " ") | capitalize ]]; each row belongs to one user';
comment on column public.[[ table ]].user_id is 'Whose row it is: only this user sees and changes it';
