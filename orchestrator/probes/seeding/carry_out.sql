-- Carries statements out one after the other, each in a block of its own: what fails is undone and told, what
-- succeeds stays until the transaction is undone. Each statement gives one text[].
--
-- Defaults and checks find what they name where they usually do, so the session's own search_path is theirs.
-- The server's schema stays first: nothing here may find somebody else's function.
--
-- Reads bascule.wanted and writes bascule.done, both JSON. A time limit ends the work early, and fewer are
-- told than were wanted. With each goes how many seconds it took. A function may raise any text as the name of
-- something: only what the catalog knows is told.
do $carry$
declare
  statement text;
  gave text[];
  told jsonb[] := '{}';
  state text; message text; on_table text; on_column text; on_constraint text;
  began timestamptz;
  our_path text := current_setting('search_path');
  usual_path text;
  most constant integer := 48;
  kept integer := coalesce(nullif(current_setting('bascule.kept', true), ''), '0');
  writes boolean;
  again boolean;
  ends timestamptz := 'infinity';
begin
  if current_setting('statement_timeout')::interval > interval '0' then
    ends := statement_timestamp() + current_setting('statement_timeout')::interval;
  end if;
  select concat_ws(', ', 'pg_catalog', nullif(reset_val, '')) into usual_path
    from pg_settings where name = 'search_path';
  perform set_config('search_path', usual_path, true);
  for statement in select value from jsonb_array_elements_text(current_setting('bascule.wanted')::jsonb)
  loop
    began := clock_timestamp();
    writes := statement like 'insert %';
    again := false;
    begin
      gave := null;
      execute statement into gave;
      if writes and kept >= most then
        raise exception sqlstate 'BA000';
      end if;
      kept := kept + writes::integer;
      told := array_append(told, jsonb_build_object('gave', to_jsonb(gave),
                'took', extract(epoch from clock_timestamp() - began)));
    exception
      when query_canceled then exit;
      when sqlstate 'BA000' then again := true;
      -- the second is none of the first
      when others or assert_failure then
        get stacked diagnostics state = returned_sqlstate, message = message_text,
                                on_table = table_name, on_column = column_name, on_constraint = constraint_name;
        told := array_append(told, jsonb_build_object('state', state, 'message', message,
                  'table', (select relname from pg_class where relname = on_table limit 1),
                  'column', (select a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
                              where c.relname = on_table and a.attname = on_column limit 1),
                  'constraint', coalesce(
                     (select conname from pg_constraint where conname = on_constraint limit 1),
                     (select relname from pg_class where relname = on_constraint limit 1)),
                  'took', extract(epoch from clock_timestamp() - began)));
    end;
    if again then
      -- a time limit that ends it here would end everything
      exit when clock_timestamp() + 2 * (clock_timestamp() - began) > ends;
      execute statement into gave;
      told := array_append(told, jsonb_build_object('gave', to_jsonb(gave),
                'took', extract(epoch from clock_timestamp() - began)));
    end if;
  end loop;
  perform set_config('search_path', our_path, true);
  perform set_config('bascule.kept', kept::text, true);
  perform set_config('bascule.done', to_jsonb(told)::text, true);
end
$carry$
