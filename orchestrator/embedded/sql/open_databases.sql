-- The databases that can be looked into.
select datname from pg_database where datallowconn order by datname
