insert into storage.buckets (id, name, public)
values ('product-images', 'product-images', true)
on conflict (id) do nothing;

create policy "product images are public" on storage.objects
  for select using (bucket_id = 'product-images');

-- staff get the flag when we create their account
create policy "staff upload product images" on storage.objects
  for insert to authenticated
  with check (bucket_id = 'product-images' and (auth.jwt() -> 'user_metadata' ->> 'staff')::boolean);
