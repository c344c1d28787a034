-- Plans each question as the role that asks it, with that user's claims, and notes the SQLSTATE. Nothing is
-- executed. Every question stands in a block that is always undone, so no lock outlives it; the block around
-- an identity is undone as well, which gives back role, claims and search path.
--
-- Reads bascule.questions and writes bascule.answers, both JSON: the questions of one identity after the
-- other, and for each its answers in the same order. A time limit ends the work early, and the answers are
-- fewer than the questions. '00000' is a yes.
do $ask$
declare
  identity record;
  states text[];
  messages text[];
  locked bigint[] := '{}';
  refusal text;
  answers jsonb := '[]';
  ended boolean := false;
  path text;
begin
  for identity in
    select * from jsonb_to_recordset(current_setting('bascule.questions')::jsonb)
      as (role text, sub text, claims text, statements text[], paths text[], relations bigint[])
  loop
    states := '{}';
    messages := '{}';
    refusal := null;
    path := '';
    begin
      perform set_config('request.jwt.claims', identity.claims, true),
              set_config('request.jwt.claim.sub', identity.sub, true),
              set_config('request.jwt.claim.role', identity.role, true);
      begin
        perform set_config('role', identity.role, true);
      exception when others then
        refusal := sqlerrm;
      end;
      if refusal is null then
        for i in 1 .. coalesce(array_length(identity.statements, 1), 0) loop
          if identity.relations[i] = any (locked) then
            states[i] := '55P03';
            messages[i] := 'the relation is locked';
            continue;
          end if;
          if path <> identity.paths[i] then
            path := identity.paths[i];
            perform pg_catalog.set_config('search_path', path, true);
          end if;
          begin
            execute identity.statements[i];
            raise exception sqlstate 'BA000';
          exception
            when sqlstate 'BA000' then
              states[i] := '00000';
              messages[i] := '';
            when query_canceled then
              states[i] := '57014';
              messages[i] := sqlerrm;
              ended := true;
              exit;
            when lock_not_available then
              states[i] := '55P03';
              messages[i] := sqlerrm;
              locked[coalesce(array_length(locked, 1), 0) + 1] := identity.relations[i];
            when others then
              states[i] := sqlstate;
              messages[i] := sqlerrm;
          end;
        end loop;
      end if;
      raise exception sqlstate 'BA000';
    exception
      when sqlstate 'BA000' then null;
      when query_canceled then ended := true;
    end;
    answers := answers || jsonb_build_object('states', states, 'messages', messages, 'refusal', refusal);
    exit when ended;
  end loop;
  perform set_config('bascule.answers', answers::text, true);
end
$ask$
