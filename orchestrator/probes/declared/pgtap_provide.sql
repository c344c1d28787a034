-- Makes pgTAP's functions in one schema, for everybody to call, whatever the default privileges are.
-- Reads bascule.pgtap and bascule.pgtap_schema.
do $provide$
declare
    place text := pg_catalog.current_setting('bascule.pgtap_schema');
    path text := pg_catalog.current_setting('search_path');
    shown text := pg_catalog.current_setting('client_min_messages');
    earlier oid[] := array(
        select p.oid from pg_catalog.pg_proc p where p.pronamespace = pg_catalog.quote_ident(place)::regnamespace
    );
    made regprocedure;
begin
    perform pg_catalog.set_config('client_min_messages', 'warning', true),
            pg_catalog.set_config('search_path', pg_catalog.quote_ident(place), true);
    execute pg_catalog.current_setting('bascule.pgtap');
    for made in
        select p.oid from pg_catalog.pg_proc p
         where p.pronamespace = pg_catalog.quote_ident(place)::regnamespace
           and p.proacl is not null and not p.oid = any (earlier)
    loop
        execute pg_catalog.format('grant execute on function %s to public', made);
    end loop;
    perform pg_catalog.set_config('search_path', path, true),
            pg_catalog.set_config('client_min_messages', shown, true),
            pg_catalog.set_config('bascule.pgtap', '', true);
end
$provide$
