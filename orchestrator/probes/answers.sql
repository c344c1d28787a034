-- What ask.sql found out.
select pg_catalog.current_setting('bascule.answers')
