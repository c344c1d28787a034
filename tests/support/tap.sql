-- The few functions of pgTAP that written tests call, for servers without pgTAP: same names, same arguments,
-- same lines. Run by the superuser.

create function extensions.plan(tests integer) returns text language sql as $$
    select concat_ws('..', set_config('tap.ran', '0', true)::integer + 1, set_config('tap.planned', tests::text, true))
$$;

create function extensions.ok(passed boolean, about text) returns text language sql as $$
    select concat_ws(' ', case when coalesce(passed, false) then 'ok' else 'not ok' end,
                     set_config('tap.ran', (current_setting('tap.ran')::integer + 1)::text, true), '-', about)
$$;

create function extensions.skip(why text, tests integer) returns text language sql as $$
    select extensions.ok(true, '# SKIP ' || why) where tests = 1
$$;

create function extensions.finish() returns setof text language sql as $$
    select format('# Looks like you planned %s tests but ran %s',
                  current_setting('tap.planned'), current_setting('tap.ran'))
    where current_setting('tap.planned') <> current_setting('tap.ran')
$$;

create function extensions."is"(have anyelement, wanted anyelement, about text) returns text language sql as $$
    select extensions.ok(have is not distinct from wanted, format('%s (%s)', about, have))
$$;

create function extensions.has_column(place name, relation name, wanted name, about text)
returns text language sql as $$
    select extensions.ok(exists (
        select from pg_attribute
        where attrelid = format('%I.%I', place, relation)::regclass and attname = wanted and not attisdropped
    ), about)
$$;

create function extensions.has_trigger(place name, relation name, wanted name, about text)
returns text language sql as $$
    select extensions.ok(exists (
        select from pg_trigger
        where tgrelid = format('%I.%I', place, relation)::regclass and tgname = wanted and not tgisinternal
    ), about)
$$;

create function extensions.results_eq(query text, wanted anyarray, about text) returns text language plpgsql as $$
declare
    found text;
    have text[] = '{}';
begin
    for found in execute query loop
        have = have || found;
    end loop;
    return extensions.ok(have = wanted::text[], format('%s (%s)', about, have));
end $$;

create function extensions.is_empty(query text, about text) returns text language plpgsql as $$
declare
    found record;
begin
    for found in execute query loop
        return extensions.ok(false, format('%s (%s)', about, found));
    end loop;
    return extensions.ok(true, about);
end $$;

create function extensions.isnt_empty(query text, about text) returns text language plpgsql as $$
declare
    found record;
begin
    for found in execute query loop
        return extensions.ok(true, about);
    end loop;
    return extensions.ok(false, about);
end $$;

create function extensions.lives_ok(query text, about text) returns text language plpgsql as $$
declare
    raised text;
begin
    begin
        execute query;
    exception when others then
        raised = sqlerrm;
    end;
    return extensions.ok(raised is null, concat_ws(': ', about, raised));
end $$;

create function extensions.throws_ok(query text, wanted character, message text, about text)
returns text language plpgsql as $$
declare
    raised text = 'nothing';
begin
    begin
        execute query;
    exception when others then
        raised = sqlstate;
    end;
    return extensions.ok(raised = wanted and message is null, format('%s (%s)', about, raised));
end $$;
