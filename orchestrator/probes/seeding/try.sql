-- Tries statements as one identity after the other, each in a block that is always undone, and tells the SQLSTATE
-- ('00000': it went through) and how many rows it was about. Where another statement comes first and is about no
-- row, that is all that is told. Where a look goes with a statement, it is taken afterwards as ourselves, and tells
-- which rows are not what they were.
--
-- Reads bascule.wanted and writes bascule.done, both JSON. A time limit ends the work early, and fewer are
-- told than were wanted. A function may raise any text as the name of something: only what the catalog knows is
-- told.
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
  message text; on_table text; on_column text; on_constraint text;
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
          if tried ->> 'first' is not null then
            execute tried ->> 'first';
            get diagnostics counted = row_count;
            if counted = 0 then
              raise exception sqlstate 'BA000';
            end if;
          end if;
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
            told := array_append(told, jsonb_build_object('state', '57014',
                      'took', extract(epoch from clock_timestamp() - began)));
            ended := true;
            exit;
          when others or assert_failure then
            get stacked diagnostics message = message_text, on_table = table_name, on_column = column_name,
                                    on_constraint = constraint_name;
            told := array_append(told, jsonb_build_object('state', sqlstate, 'message', message,
                      'table', (select relname from pg_catalog.pg_class where relname = on_table limit 1),
                      'column', (select a.attname from pg_catalog.pg_class c
                                   join pg_catalog.pg_attribute a on a.attrelid = c.oid
                                  where c.relname = on_table and a.attname = on_column limit 1),
                      'constraint', coalesce(
                        (select conname from pg_catalog.pg_constraint where conname = on_constraint limit 1),
                        (select relname from pg_catalog.pg_class where relname = on_constraint limit 1)),
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
