-- The control database and the one role that Bascule's processes use on it.
--
-- Run with psql as a superuser, once for each server; running it again only sets the password anew:
--     BASCULE_CONTROL_PASSWORD=… psql --no-psqlrc -v ON_ERROR_STOP=1 -f deploy/roles.sql postgres
-- The role owns nothing but the schemas it makes there. It has no right on any target: a target is another
-- database, reached as the role that its own settings name.
\set ON_ERROR_STOP on
\getenv password BASCULE_CONTROL_PASSWORD
\if :{?password}
\else
  \warn 'roles.sql: set BASCULE_CONTROL_PASSWORD to the password that the role bascule is to have'
  \set password ''
  do $$ begin raise exception 'BASCULE_CONTROL_PASSWORD is not set'; end $$;
\endif

select 'create role bascule'
 where not exists (select from pg_roles where rolname = 'bascule')
\gexec

alter role bascule
  login nosuperuser nocreatedb nocreaterole noreplication nobypassrls
  connection limit 60;
-- Nothing of ours waits this long; a hanging process must not keep rows locked.
alter role bascule set idle_in_transaction_session_timeout = '5min';

-- Otherwise the server's log might keep the statement that holds the password.
set log_statement = 'none';
set log_min_duration_statement = -1;
set log_min_error_statement = 'panic';
alter role bascule password :'password';
reset log_statement;
reset log_min_duration_statement;
reset log_min_error_statement;

select 'create database bascule encoding ''UTF8'' template template0'
 where not exists (select from pg_database where datname = 'bascule')
\gexec

revoke all on database bascule from public;
grant connect, create, temporary on database bascule to bascule;
