-- Older projects give anon, authenticated and service_role every right on a new table, newer ones give none.
-- Said here, both are alike. anon gets none; row level security would not stop a TRUNCATE.
revoke all on table public.[[ table ]] from anon, authenticated, service_role;
-- service_role, the server's own code, passes row level security by itself: it needs the grant and no policy.
grant select, insert, update, delete on table public.[[ table ]] to authenticated, service_role;
