[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: Grants
-- ============================================
-- service_role passes row level security by itself (BYPASSRLS): no policy is needed, and one that asks for the
-- role in the token would be asked of everybody else in vain. What it needs is the grant: newer projects give it
-- none on new tables. Older ones gave it every right already; there this migration is not needed.
-- Its key must never reach a browser. TODO: leave out what the server does not do.
grant select, insert, update, delete on table public.[[ table ]] to service_role;
