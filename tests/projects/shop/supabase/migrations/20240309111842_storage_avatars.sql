insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true);

create policy "Avatars can be seen by anyone" on storage.objects
  for select using (bucket_id = 'avatars');

create policy "Upload own avatar" on storage.objects
  for insert with check (bucket_id = 'avatars' and auth.uid()::text = (storage.foldername(name))[1]);

create policy "Replace own avatar" on storage.objects
  for update using (bucket_id = 'avatars' and auth.uid()::text = (storage.foldername(name))[1]);
