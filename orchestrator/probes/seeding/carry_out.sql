-- Carries statements out one after the other, each in a block of its own: what fails is undone and told, what
-- succeeds stays until the transaction is undone. Each statement gives one text[].
--
-- Reads bascule.wanted and writes bascule.done, both JSON. A time limit ends the work early, and fewer are
-- told than were wanted.
do $carry$
declare
  statement text;
  gave text[];
  told jsonb[] := '{}';
  state text; message text; on_constraint text; on_column text;
begin
  for statement in select value from jsonb_array_elements_text(current_setting('bascule.wanted')::jsonb)
  loop
    begin
      gave := null;
      execute statement into gave;
      told := array_append(told, jsonb_build_object('gave', to_jsonb(gave)));
    exception
      when query_canceled then exit;
      when others then
        get stacked diagnostics state = returned_sqlstate, message = message_text,
                                on_constraint = constraint_name, on_column = column_name;
        told := array_append(told, jsonb_build_object('state', state, 'message', message,
                                           'constraint', on_constraint, 'column', on_column));
    end;
  end loop;
  perform set_config('bascule.done', to_jsonb(told)::text, true);
end
$carry$
