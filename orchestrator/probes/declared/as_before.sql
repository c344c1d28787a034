-- The role and the settings as they were before a file whose work is kept for the files behind it.
-- Reads bascule.before.
do $as_before$
declare
    before jsonb := pg_catalog.current_setting('bascule.before')::jsonb;
    setting record;
begin
    reset session authorization;
    reset all;
    for setting in select key, value from pg_catalog.jsonb_each_text(before -> 'settings')
    loop
        perform pg_catalog.set_config(setting.key, setting.value, true);
    end loop;
    perform pg_catalog.set_config('role', before ->> 'role', true);
end
$as_before$
