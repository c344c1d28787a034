-- Tries statements as one identity after the other, each in a block that is always undone, and tells the SQLSTATE
-- ('00000': it went through) and how many rows it was about. Where a look goes with a statement, it is taken
-- afterwards as ourselves, and tells which rows are not what they were.
--
-- Reads bascule.wanted and writes bascule.done, both JSON. A time limit ends the work early, and fewer are
-- told than were wanted.
do $try$
declare
  identity record;
  tried jsonb;
  told jsonb[];
  all_told jsonb := '[]';
  refusal text;
  counted bigint;
  looked text[];
  path text;
  ended boolean := false;
  began timestamptz;
begin
  for identity in
    select * from jsonb_to_recordset(current_setting('bascule.wanted')::jsonb)
      as (role text, sub text, claims text, tries jsonb)
  loop
    told := '{}';
    refusal := null;
    path := '';
    begin
      perform set_config('request.jwt.claims', identity.claims, true),
              set_config('request.jwt.claim.sub', identity.sub, true),
              set_config('request.jwt.claim.role', identity.role, true);
      for tried in select value from jsonb_array_elements(identity.tries)
      loop
        if path <> tried ->> 'path' then
          path := tried ->> 'path';
          perform pg_catalog.set_config('search_path', path, true);
        end if;
        began := clock_timestamp();
        looked := null;
        counted := null;
        begin
          perform pg_catalog.set_config('role', identity.role, true);
          if tried ->> 'gives' = 'rows' then
            execute tried ->> 'statement' into looked;
          else
            execute tried ->> 'statement';
            get diagnostics counted = row_count;
          end if;
          if tried ->> 'look' is not null then
            perform pg_catalog.set_config('role', 'none', true);
            execute tried ->> 'look' into looked;
          end if;
          raise exception sqlstate 'BA000';
        exception
          when sqlstate 'BA000' then
            told := array_append(told, jsonb_build_object('state', '00000', 'count', counted, 'rows', to_jsonb(looked),
                      'took', extract(epoch from clock_timestamp() - began)));
          when query_canceled then
            told := array_append(told, jsonb_build_object('state', '57014', 'message', sqlerrm,
                      'took', extract(epoch from clock_timestamp() - began)));
            ended := true;
            exit;
          when others or assert_failure then
            told := array_append(told, jsonb_build_object('state', sqlstate, 'message', sqlerrm,
                      'took', extract(epoch from clock_timestamp() - began)));
        end;
      end loop;
      raise exception sqlstate 'BA000';
    exception
      when sqlstate 'BA000' then null;
      when query_canceled then ended := true;
    end;
    all_told := all_told || jsonb_build_array(to_jsonb(told));
    exit when ended;
  end loop;
  perform set_config('bascule.done', all_told::text, true);
end
$try$
