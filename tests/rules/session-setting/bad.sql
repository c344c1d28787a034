SET statement_timeout = 0;
SET lock_timeout = 0;
SET client_encoding = 'UTF8';
SELECT pg_catalog.set_config('search_path', '', false);
SET row_security = off;

set search_path = app, extensions;
set session lock_timeout to '10s';
set transaction_timeout = '1h';
select set_config('statement_timeout', '0', false), 1;

alter role authenticator set statement_timeout = '2min';
alter role postgres in database postgres set lock_timeout = '0s';
alter database postgres set search_path = app, public;
