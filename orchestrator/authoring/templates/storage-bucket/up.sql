[% set policy = bucket | replace("-", "_") %]
[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Create bucket
-- ============================================
-- Without ON CONFLICT on purpose: a bucket of this name that is there already, a public one perhaps, stops the
-- migration here; it would not get these limits, and the rollback would delete what is not ours.
-- TODO: how large a file may be, in bytes, and of which kinds.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values (
  '[[ bucket ]]', '[[ bucket ]]', false, 10485760, array['application/pdf', 'image/jpeg', 'image/png']
);

-- ============================================
-- STEP 2: Policies
-- ============================================
-- The first folder of a file's path is the user's id. Row level security of storage.objects is always on.
create policy [[ called(policy, "select_own") ]] on storage.objects
  for select to authenticated
  using (bucket_id = '[[ bucket ]]' and (storage.foldername(name))[1] = (select auth.uid())::text);

create policy [[ called(policy, "insert_own") ]] on storage.objects
  for insert to authenticated
  with check (bucket_id = '[[ bucket ]]' and (storage.foldername(name))[1] = (select auth.uid())::text);

create policy [[ called(policy, "update_own") ]] on storage.objects
  for update to authenticated
  using (bucket_id = '[[ bucket ]]' and (storage.foldername(name))[1] = (select auth.uid())::text)
  with check (bucket_id = '[[ bucket ]]' and (storage.foldername(name))[1] = (select auth.uid())::text);

create policy [[ called(policy, "delete_own") ]] on storage.objects
  for delete to authenticated
  using (bucket_id = '[[ bucket ]]' and (storage.foldername(name))[1] = (select auth.uid())::text);
