set role worker;
set local role service_role;
set session authorization 'supabase_admin';
select set_config('role', 'anon', true);
