[% include "shared/head.sql" %]

-- ============================================
-- STEP 1: TODO: what is done
-- ============================================
-- Instead of this line: statements in small letters, every name with its schema, one step below the other.
select 'TODO: what the migration does';
