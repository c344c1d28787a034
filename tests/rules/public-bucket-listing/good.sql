create policy "Own files" on storage.objects for select to authenticated
    using (bucket_id = 'avatars' and owner_id = (select auth.uid())::text);
create policy "Upload" on storage.objects for insert to authenticated with check (bucket_id = 'avatars');
create policy "Members" on storage.objects for select to authenticated using (bucket_id = 'docs');
create policy "Folder" on storage.objects for select to anon
    using (bucket_id = 'docs' and (storage.foldername(name))[1] = 'open');
create policy "Other table" on public.objects for select to anon using (bucket_id = 'docs');
-- not known to be public: policy-always-true tells more
create policy "Whole bucket" on storage.objects for select to anon using (bucket_id = 'kyc');
