-- bascule: allow drop-tabel because typing is hard
select 1;
/* bascule: allow primary-key-missing */
select 2;
-- bascule: please be quiet
select 3;
-- bascule: allow syntax-error because I say so
select 4;
