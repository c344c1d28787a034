-- Before each statement of a file: it is read as we read it, and ends in time. A shorter limit of its own stands.
select pg_catalog.set_config('standard_conforming_strings', 'on', true),
       case when s.statement in ('0', '') or s.statement::interval > s.longest
            then pg_catalog.set_config('statement_timeout', %(statement)s::text, true) end,
       case when s.lock in ('0', '') or s.lock::interval > s.longest_lock
            then pg_catalog.set_config('lock_timeout', %(lock)s::text, true) end
  from (
        select pg_catalog.current_setting('statement_timeout') as statement,
               pg_catalog.current_setting('lock_timeout') as lock,
               %(statement)s::text::interval as longest,
               %(lock)s::text::interval as longest_lock
       ) s
