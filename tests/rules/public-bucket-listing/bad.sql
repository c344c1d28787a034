insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true), ('docs', 'docs', 'yes');
create policy "Avatars are publicly accessible" on storage.objects for select using (bucket_id = 'avatars');
create policy "All of it" on storage.objects to anon using ((bucket_id = 'docs'::text));
