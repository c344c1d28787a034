-- a comment and a statement
select 1;
