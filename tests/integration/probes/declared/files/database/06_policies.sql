BEGIN;
SELECT plan(5);
SELECT policy_roles_are('public', 'notes', 'own notes', ARRAY['authenticated']);
SELECT policy_cmd_is('public', 'notes', 'own notes'::name, 'all');
SELECT policies_are('public', 'tasks', ARRAY['tasks of my teams', 'managers write tasks'], 'policies of tasks');
SELECT table_privs_are('public', 'tasks', 'anon', ARRAY['SELECT']) FROM (select) t WHERE false;
SELECT ok(
    has_table_privilege('anon', 'public.tasks', 'select') AND NOT has_table_privilege('anon', 'public.tasks', 'delete'),
    'anon may only read'
);
SELECT is(relrowsecurity, true, 'row security is on for ' || relname)
  FROM pg_class WHERE oid = 'public.teams'::regclass;
SELECT * FROM finish();
ROLLBACK;
