-- The roles of a hosted project. They belong to the cluster; whatever is there already stays.
-- Run by the superuser supabase_admin. Needs PostgreSQL 15 or newer.
do $$
declare
    wanted record;
begin
    for wanted in
        select *
        from (values
            -- who runs migrations: no superuser
            ('postgres', 'login createdb createrole replication bypassrls'),
            -- whom the API speaks for, and the login from which it changes to them
            ('anon', 'nologin'),
            ('authenticated', 'nologin'),
            ('service_role', 'nologin bypassrls'),
            ('authenticator', 'login noinherit'),
            -- owners of the services' schemas
            ('supabase_auth_admin', 'login noinherit createrole'),
            ('supabase_storage_admin', 'login noinherit createrole'),
            ('supabase_functions_admin', 'login noinherit createrole'),
            ('supabase_realtime_admin', 'nologin noinherit'),
            -- operation
            ('supabase_replication_admin', 'login replication'),
            ('supabase_etl_admin', 'login replication'),
            ('supabase_read_only_user', 'login bypassrls'),
            ('supabase_superuser', 'nologin'),
            ('supabase_privileged_role', 'nologin'),
            ('dashboard_user', 'nologin createdb createrole replication'),
            ('pgbouncer', 'login'),
            ('pgsodium_keyiduser', 'nologin'),
            ('pgsodium_keyholder', 'nologin'),
            ('pgsodium_keymaker', 'nologin')
        ) as roles (name, attributes)
        where not exists (select from pg_roles where rolname = name)
    loop
        execute format('create role %I %s', wanted.name, wanted.attributes);
    end loop;
end $$;

grant anon, authenticated, service_role to authenticator, supabase_storage_admin;
grant anon, authenticated, service_role, authenticator to postgres with admin option;
grant pg_monitor, pg_read_all_data, pg_signal_backend to postgres with admin option;
grant pg_read_all_data to supabase_read_only_user;

-- On a hosted project a server module lets postgres make policies on storage.objects and triggers on
-- auth.users, which it does not own. A plain server has no such module; membership in the owners comes close.
grant supabase_auth_admin, supabase_storage_admin, supabase_realtime_admin, supabase_functions_admin
to postgres with admin option;

alter role postgres set search_path = "$user", public, extensions;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';
alter role supabase_auth_admin set search_path = auth;
alter role supabase_auth_admin set idle_in_transaction_session_timeout = '60s';
alter role supabase_storage_admin set search_path = storage;

-- Settings that the same server module lets postgres change.
grant set on parameter session_replication_role, pgrst.db_pre_request, pgrst.db_schemas,
pgrst.db_extra_search_path, pgrst.db_aggregates_enabled, pgrst.db_max_rows, pgrst.jwt_secret,
app.settings.jwt_secret, app.settings.jwt_exp to postgres;
