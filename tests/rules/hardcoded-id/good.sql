-- not 3f2b8c1e-5a77-4c1b-9d0a-2b6f0c9d4e11
create policy "Own" on public.orders for all to authenticated
    using (owner = (select auth.uid()) and amount < 42 and bucket_id = 'avatars');

create policy "Shared" on public.orders for select to authenticated
    using (coalesce(owner, '00000000-0000-0000-0000-000000000000') = (select auth.uid()));

create function public.key_of(url text) returns uuid language sql as $$
    select extensions.uuid_generate_v5('6ba7b811-9dad-11d1-80b4-00c04fd430c8', url)
$$;

insert into public.plans (code, name) values ('free', 'Free'), ('3f2b8c1e', 'Paid');
comment on table public.plans is 'as 3f2b8c1e-5a77-4c1b-9d0a-2b6f0c9d4e11';
