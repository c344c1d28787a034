do $$
declare
  audited text;
begin
  foreach audited in array array[
    'organisations', 'memberships', 'invitations', 'projects', 'api_keys', 'webhooks', 'subscriptions'
  ]
  loop
    execute format(
      'create trigger audit_%1$s after insert or update or delete on public.%1$I
       for each row execute function audit.record()',
      audited
    );
  end loop;
end
$$;
