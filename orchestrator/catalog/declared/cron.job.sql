-- Jobs by name, or by what they run. The command is there as a digest only: keys stand in it often enough.
select 'cron job' as kind,
       coalesce(j.jobname, 'unnamed/' || c.digest || '/' || row_number() over (partition by c.digest order by j.jobid))
         as identity,
       concat_ws(E'\x1f', 'schedule=' || quote_literal(j.schedule), 'database=' || quote_ident(j.database),
                 'as=' || quote_ident(j.username), 'active=' || j.active, 'command=sha256:' || c.digest)
         as definition
  from cron.job j
 cross join lateral (select encode(sha256(convert_to(j.command, 'UTF8')), 'hex') as digest) c
 where j.database = current_database()
