-- Extensions whose functions and tables the API offers to clients.
select quote_ident(e.extname) as object,
       format('the extension lies in %%I, which the API exposes', n.nspname) as detail,
       format(case when e.extrelocatable then 'alter extension %%I set schema extensions;'
                   else 'drop extension %%1$I; create extension %%1$I with schema extensions;'
              end, e.extname) as remedy,
       n.nspname::text as key
  from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
 where n.nspname = any (%(schemas)s::text[])
 order by 1
