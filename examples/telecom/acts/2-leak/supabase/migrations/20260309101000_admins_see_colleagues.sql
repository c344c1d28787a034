-- Migration: admins see their colleagues
-- Created: 2026-03-09
-- Purpose: the back office shows who is on duty
-- (Wrong on purpose: a policy on admin_users that reads admin_users asks itself for ever.)

create policy admin_users_select_colleagues on public.admin_users
  for select to authenticated
  using (exists (select from public.admin_users colleague where colleague.id = (select auth.uid())));
