create schema if not exists audit;
grant usage on schema audit to service_role;

create table audit.entries (
  id bigint generated always as identity primary key,
  happened_at timestamptz not null default clock_timestamp(),
  organisation_id uuid,
  actor_id uuid,
  action text not null check (action in ('INSERT', 'UPDATE', 'DELETE')),
  table_name text not null,
  row_key jsonb not null,
  old_row jsonb,
  new_row jsonb
);
comment on table audit.entries is 'Who changed what. Written by triggers, read through public.audit_trail().';

create index entries_organisation_idx on audit.entries (organisation_id, happened_at desc);
create index entries_actor_idx on audit.entries (actor_id) where actor_id is not null;
create index entries_happened_at_idx on audit.entries using brin (happened_at);

grant select on audit.entries to service_role;

create or replace function audit.record() returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  before jsonb := case when tg_op = 'INSERT' then null else to_jsonb(old) end;
  after jsonb := case when tg_op = 'DELETE' then null else to_jsonb(new) end;
  row_data jsonb := coalesce(after, before);
begin
  if before = after then
    return null;
  end if;
  insert into audit.entries (organisation_id, actor_id, action, table_name, row_key, old_row, new_row)
  values (
    coalesce(row_data ->> 'organisation_id', case when tg_table_name = 'organisations' then row_data ->> 'id' end)::uuid,
    auth.uid(),
    tg_op,
    tg_table_name,
    jsonb_strip_nulls(jsonb_build_object('id', row_data -> 'id', 'user_id', row_data -> 'user_id')),
    before - 'key_hash' - 'token_hash',
    after - 'key_hash' - 'token_hash'
  );
  return null;
end;
$$;

create or replace function public.audit_trail(organisation uuid, before_time timestamptz default now(), max_rows integer default 50)
returns setof audit.entries
language sql
stable
security definer
set search_path = ''
as $$
  select e.*
  from audit.entries e
  where e.organisation_id = organisation
    and e.happened_at < before_time
    and private.has_role(organisation, 'owner', 'admin')
  order by e.happened_at desc
  limit least(max_rows, 200);
$$;

revoke execute on function public.audit_trail(uuid, timestamptz, integer) from public, anon;
grant execute on function public.audit_trail(uuid, timestamptz, integer) to authenticated;
