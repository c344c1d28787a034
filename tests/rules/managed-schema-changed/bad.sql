alter table auth.users add column nickname text, add column age int;
create or replace function auth.uid() returns uuid language sql stable as $$ select null::uuid $$;
create function auth.is_admin() returns boolean language sql stable as $$ select false $$;
drop trigger if exists update_objects_updated_at on storage.objects;
drop table storage.objects;
drop function auth.role();
alter table storage.objects enable row level security;
create index on auth.identities (email);
alter function storage.foldername(text) rename to parts;
alter table realtime.messages set schema public;
do $$ begin
    drop table storage.buckets cascade;
exception when undefined_table then null;
end $$;
