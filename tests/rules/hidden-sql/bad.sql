do $$
declare t text;
begin
    for t in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table public.%I enable row level security', t);
    end loop;
end $$;
do language plv8 $$ plv8.execute('drop table x'); $$;
