-- Without a handler nothing is ever fetched: servers, mappings and foreign tables are only names. A hosted
-- project lets postgres use the wrapper.
create foreign data wrapper postgres_fdw;
grant usage on foreign data wrapper postgres_fdw to postgres with grant option;
