create extension if not exists pg_trgm with schema extensions;
create policy "Own files" on storage.objects for select to authenticated
    using (bucket_id = 'docs' and owner_id = (select auth.uid())::text);
alter policy "Own files" on storage.objects to authenticated;
drop policy if exists "Old" on storage.objects;
create policy "Own messages" on realtime.messages for select to authenticated
    using ((select realtime.topic()) = (select auth.uid())::text);
insert into storage.buckets (id, name, public) values ('docs', 'docs', false);

create schema private;
create table private.users (id uuid primary key references auth.users (id) on delete cascade);
alter table private.users add column nickname text;
create function private.note() returns trigger language plpgsql set search_path = '' as $$
begin
    insert into private.users (id) values (new.id);
    return new;
end
$$;
drop trigger if exists on_signup on auth.users;
create trigger on_signup after insert on auth.users for each row execute function private.note();
comment on table auth.users is 'kept by Supabase';
grant usage on schema auth to service_role;
