-- Tries one statement as one identity, undoes it, and tells the SQLSTATE ('00000': it went through), the message and
-- how many rows it was about. Where the role cannot be taken on, there is no SQLSTATE.
-- Reads bascule.wanted and writes bascule.done, both JSON.
do $try$
declare
    wanted jsonb := pg_catalog.current_setting('bascule.wanted')::jsonb;
    state text;
    message text;
    counted bigint;
begin
    begin
        perform pg_catalog.set_config('request.jwt.claims', wanted ->> 'claims', true),
                pg_catalog.set_config('request.jwt.claim.sub', wanted ->> 'sub', true),
                pg_catalog.set_config('request.jwt.claim.role', wanted ->> 'role', true);
        perform pg_catalog.set_config('role', wanted ->> 'role', true);
        begin
            execute wanted ->> 'statement';
            get diagnostics counted = row_count;
            state := '00000';
        exception
            when query_canceled then
                state := '57014';
                message := sqlerrm;
            when others then
                state := sqlstate;
                message := sqlerrm;
        end;
        raise exception sqlstate 'BA000';
    exception
        when sqlstate 'BA000' then null;
        when others then message := sqlerrm;
    end;
    perform pg_catalog.set_config(
        'bascule.done',
        pg_catalog.jsonb_build_object('state', state, 'message', message, 'count', counted)::text,
        true
    );
end
$try$
