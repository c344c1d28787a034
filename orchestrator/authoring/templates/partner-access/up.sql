[% include "shared/head.sql" %]

[% if makes_own_partner_ids %]
-- ============================================
-- STEP 1: Whose partner is the caller
-- ============================================
[% include "shared/private_up.sql" %]
-- Runs as its owner, so that policies on public.partners are not asked again: they could lead back here, and end
-- in "infinite recursion". It tells the caller's own partners only.
-- TODO: name the table and its columns, if they are called otherwise.
create function private.own_partner_ids() returns setof uuid
  language sql stable security definer set search_path = ''
  as 'select one.id from public.partners as one where one.user_id = (select auth.uid())';
comment on function private.own_partner_ids() is 'The partners for which the caller acts';
revoke execute on function private.own_partner_ids() from public, anon;
grant execute on function private.own_partner_ids() to authenticated, service_role;

[% endif %]
-- ============================================
-- STEP [[ 2 if makes_own_partner_ids else 1 ]]: Policies
-- ============================================
-- Policies say which rows; the table's own migration switched row level security on and granted the commands.
-- The column partner_id wants an index: they ask for it in every query. TODO: leave out what partners may not do.
create policy [[ called(table, "select_partner") ]] on public.[[ table ]]
  for select to authenticated
  using (partner_id in (select private.own_partner_ids()));

create policy [[ called(table, "insert_partner") ]] on public.[[ table ]]
  for insert to authenticated
  with check (partner_id in (select private.own_partner_ids()));

create policy [[ called(table, "update_partner") ]] on public.[[ table ]]
  for update to authenticated
  using (partner_id in (select private.own_partner_ids()))
  with check (partner_id in (select private.own_partner_ids()));

create policy [[ called(table, "delete_partner") ]] on public.[[ table ]]
  for delete to authenticated
  using (partner_id in (select private.own_partner_ids()));
