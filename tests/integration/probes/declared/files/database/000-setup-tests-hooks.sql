-- Helpers for all other files: made outside of any transaction, so that they are there afterwards.
create extension if not exists pgtap with schema extensions;

create schema if not exists tests;
grant usage on schema tests to anon, authenticated, service_role;
alter default privileges in schema tests revoke execute on functions from public;
alter default privileges in schema tests grant execute on functions to anon, authenticated, service_role;

create or replace function tests.create_supabase_user(identifier text, email text default null, phone text default null, metadata jsonb default null)
returns uuid security definer set search_path = auth, pg_temp as $$
declare
    user_id uuid;
begin
    user_id := extensions.uuid_generate_v4();
    insert into auth.users (id, email, phone, raw_user_meta_data, raw_app_meta_data, created_at, updated_at)
    values (user_id, coalesce(email, concat(user_id, '@test.com')), phone,
            jsonb_build_object('test_identifier', identifier) || coalesce(metadata, '{}'::jsonb), '{}'::jsonb, now(), now());
    return user_id;
end;
$$ language plpgsql;

create or replace function tests.get_supabase_user(identifier text)
returns json security definer set search_path = auth, pg_temp as $$
declare
    supabase_user json;
begin
    select json_build_object('id', id, 'email', email, 'phone', phone, 'raw_user_meta_data', raw_user_meta_data,
                             'raw_app_meta_data', raw_app_meta_data)
      into supabase_user from auth.users
     where raw_user_meta_data ->> 'test_identifier' = identifier limit 1;
    if supabase_user is null or supabase_user -> 'id' is null then
        raise exception 'User with identifier % not found', identifier;
    end if;
    return supabase_user;
end;
$$ language plpgsql;

create or replace function tests.get_supabase_uid(identifier text)
returns uuid security definer set search_path = auth, pg_temp as $$
begin
    return (select id from auth.users where raw_user_meta_data ->> 'test_identifier' = identifier limit 1);
end;
$$ language plpgsql;

create or replace function tests.authenticate_as(identifier text) returns void as $$
declare
    user_data json;
begin
    user_data := tests.get_supabase_user(identifier);
    perform set_config('role', 'authenticated', true);
    perform set_config('request.jwt.claims', json_build_object(
        'sub', user_data ->> 'id', 'email', user_data ->> 'email', 'phone', user_data ->> 'phone',
        'user_metadata', user_data -> 'raw_user_meta_data', 'app_metadata', user_data -> 'raw_app_meta_data'
    )::text, true);
exception when others then
    set local role authenticated;
    set local "request.jwt.claims" to '';
    raise;
end;
$$ language plpgsql;

create or replace function tests.clear_authentication() returns void as $$
begin
    perform set_config('role', 'anon', true);
    perform set_config('request.jwt.claims', null, true);
end;
$$ language plpgsql;

create or replace function tests.rls_enabled(testing_schema text) returns text as $$
    select is(
        (select count(pc.relname)::integer from pg_class pc
           join pg_namespace pn on pn.oid = pc.relnamespace and pn.nspname = rls_enabled.testing_schema
           join pg_type pt on pt.oid = pc.reltype
          where relrowsecurity = false),
        0,
        'All tables in the ' || testing_schema || ' schema should have row level security enabled');
$$ language sql;

begin;
select plan(1);
select ok(true, 'Pre-test hook completed successfully');
select * from finish();
rollback;
