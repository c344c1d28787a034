-- Notes what the policies of the schemas in bascule.schemas say, as JSON in bascule.policies: by pg_class.oid.
-- To print an expression the server locks its table: those that somebody has locked, or waits to lock, are left
-- out, and the block is undone, so no lock of ours outlives it.
do $policies$
declare
  told json;
begin
  begin
    select json_object_agg(relation, policies) into told
      from (select p.polrelid as relation,
                   json_agg(json_build_array(
                     p.polname,
                     case p.polcmd when 'r' then 'select' when 'a' then 'insert'
                                   when 'w' then 'update' when 'd' then 'delete' end,
                     p.polpermissive,
                     array(select coalesce(r.rolname::text, 'public')
                             from unnest(p.polroles) member (oid)
                             left join pg_roles r on r.oid = member.oid
                            order by 1),
                     pg_get_expr(p.polqual, p.polrelid),
                     pg_get_expr(p.polwithcheck, p.polrelid),
                     obj_description(p.oid, 'pg_policy')) order by p.polname::text) as policies
              from pg_policy p
              join pg_class c on c.oid = p.polrelid
              join pg_namespace n on n.oid = c.relnamespace
             where (n.nspname = any (current_setting('bascule.schemas')::text[])
                    or (n.nspname::text, c.relname::text) in (('storage', 'objects'), ('realtime', 'messages')))
               and not exists (select from pg_locks l
                                where l.locktype = 'relation' and l.relation = p.polrelid
                                  and l.pid <> pg_backend_pid() and l.mode = 'AccessExclusiveLock')
             group by p.polrelid) found;
    raise exception sqlstate 'BA000';
  exception
    when sqlstate 'BA000' then null;
    when lock_not_available or query_canceled then told := null;
  end;
  perform set_config('bascule.policies', coalesce(told::text, '{}'), true);
end
$policies$
