set local search_path = app, extensions;
set local statement_timeout = '20min';
select set_config('lock_timeout', '1s', true);
set check_function_bodies = off;
set client_min_messages = warning;
reset search_path;
create function app.f() returns void language sql set search_path = '' as 'select 1';
alter role postgres set statement_timeout = '2min';
set constraints all deferred;
