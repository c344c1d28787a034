[% include "shared/head.sql" %]

[% if makes_is_admin %]
-- ============================================
-- STEP 1: Who is an admin
-- ============================================
[% include "shared/private_up.sql" %]
-- Runs as its owner, so that policies on public.admin_users are not asked again: where they ask who is an admin,
-- that would end in "infinite recursion". It tells about the caller only.
-- TODO: name the table and its column, if they are called otherwise; and whether an admin has left.
create function private.is_admin() returns boolean
  language sql stable security definer set search_path = ''
  as 'select exists (select from public.admin_users as one where one.id = (select auth.uid()))';
comment on function private.is_admin() is 'Whether the caller is an admin';
revoke execute on function private.is_admin() from public, anon;
grant execute on function private.is_admin() to authenticated, service_role;

[% endif %]
-- ============================================
-- STEP [[ 2 if makes_is_admin else 1 ]]: Policies
-- ============================================
-- Policies say which rows; the table's own migration switched row level security on and granted the commands.
-- In a sub-select the function is asked once for a query. TODO: leave out what admins may not do.
create policy [[ called(table, "select_admin") ]] on public.[[ table ]]
  for select to authenticated
  using ((select private.is_admin()));

create policy [[ called(table, "insert_admin") ]] on public.[[ table ]]
  for insert to authenticated
  with check ((select private.is_admin()));

create policy [[ called(table, "update_admin") ]] on public.[[ table ]]
  for update to authenticated
  using ((select private.is_admin()))
  with check ((select private.is_admin()));

create policy [[ called(table, "delete_admin") ]] on public.[[ table ]]
  for delete to authenticated
  using ((select private.is_admin()));
