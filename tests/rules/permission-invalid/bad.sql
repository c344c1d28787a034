-- bascule: allow drop-tabel because typing is hard
select 1;
/* bascule: allow primary-key-missing */
select 2;
-- bascule: please be quiet
select 3;
-- bascule: allow syntax-error because I say so
select 4;
-- bascule allow drop-column because it was retired
select 5;
-- bascule: allow drop-table, drop-column because they were retired
select 6;
-- bascule: allow drop-table for this file because it was retired
select 7;
-- bascule: intended because prices are public
select 8;
