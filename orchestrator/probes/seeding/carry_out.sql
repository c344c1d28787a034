-- Carries statements out one after the other, each in a block of its own: what fails is undone and told, what
-- succeeds stays until the transaction is undone. Each statement gives one text[].
--
-- Defaults and checks find what they name where they usually do, so the session's own search_path is theirs.
-- The server's schema stays first: nothing here may find somebody else's function.
--
-- Reads bascule.wanted and writes bascule.done, both JSON. A time limit ends the work early, and fewer are
-- told than were wanted. With each goes how many seconds it took.
do $carry$
declare
  statement text;
  gave text[];
  told jsonb[] := '{}';
  state text; message text; on_constraint text; on_column text;
  began timestamptz;
  our_path text := current_setting('search_path');
  usual_path text;
begin
  select concat_ws(', ', 'pg_catalog', nullif(reset_val, '')) into usual_path
    from pg_settings where name = 'search_path';
  perform set_config('search_path', usual_path, true);
  for statement in select value from jsonb_array_elements_text(current_setting('bascule.wanted')::jsonb)
  loop
    began := clock_timestamp();
    begin
      gave := null;
      execute statement into gave;
      told := array_append(told, jsonb_build_object('gave', to_jsonb(gave),
                'took', extract(epoch from clock_timestamp() - began)));
    exception
      when query_canceled then exit;
      -- the second is none of the first
      when others or assert_failure then
        get stacked diagnostics state = returned_sqlstate, message = message_text,
                                on_constraint = constraint_name, on_column = column_name;
        told := array_append(told, jsonb_build_object('state', state, 'message', message,
                                           'constraint', on_constraint, 'column', on_column,
                                           'took', extract(epoch from clock_timestamp() - began)));
    end;
  end loop;
  perform set_config('search_path', our_path, true);
  perform set_config('bascule.done', to_jsonb(told)::text, true);
end
$carry$
