[% if makes_set_updated_at %]
-- For every table: later migrations use it too. Its search path is fixed, so it does what it says, whoever calls.
create function [[ set_updated_at ]]() returns trigger
  language plpgsql set search_path = ''
  as $$
begin
  new.updated_at = now();
  return new;
end;
$$;
comment on function [[ set_updated_at ]]() is 'Keeps updated_at true';
revoke execute on function [[ set_updated_at ]]() from public, anon, authenticated, service_role;

[% endif %]
