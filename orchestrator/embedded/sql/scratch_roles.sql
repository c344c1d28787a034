-- Roles of a throw-away server, after supabase_roles.sql. Before PostgreSQL 16 whoever may make roles can make
-- himself a member of any role, also of those that run programs: there nobody but the superuser may.
do $$
declare
    maker record;
begin
    if current_setting('server_version_num')::integer < 160000 then
        for maker in select rolname from pg_roles where rolcreaterole and not rolsuper loop
            execute format('alter role %I nocreaterole', maker.rolname);
        end loop;
    end if;
end $$;
