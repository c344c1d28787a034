\unset ECHO
\set QUIET 1
\pset format unaligned
\pset tuples_only true
\pset pager off
\set ON_ERROR_ROLLBACK 1
\set ON_ERROR_STOP true
\set QUIET 1

-- The usual head of pgTAP's own documentation, with variables.
\set person '11111111-1111-4111-8111-111111111111'
\set title 'it''s :not a variable; really'

BEGIN;
SELECT plan(4);
insert into auth.users (id, email) values (:'person', 'p@example.com');
insert into notes (owner, title) values (:'person', :'title') returning id as note_id \gset
select is(title, :'title', 'quoting') from notes where id = :note_id;
\if :{?never_set}
select fail('not here');
\else
select pass('a branch');
\endif
\ir ../helpers/counting.sql
select is(tests_helper_count(), 1, 'a file inside a file');
prepare wanted as select 1;
select results_eq('wanted', 'values (1)', 'a prepared statement');
SELECT * FROM finish();
ROLLBACK;
