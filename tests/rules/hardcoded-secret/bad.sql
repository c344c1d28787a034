-- call it with eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAic3VwYWJhc2UiLCAicmVmIjogImFiY2RlZmdoaWprbCIsICJyb2xlIjogInNlcnZpY2Vfcm9sZSJ9.notARealSignature_0123456789
select cron.schedule('nightly', '0 3 * * *', $$
    select net.http_post('https://project.supabase.co/functions/v1/nightly',
        headers => jsonb_build_object('Authorization', 'Bearer eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAic3VwYWJhc2UiLCAicmVmIjogImFiY2RlZmdoaWprbCIsICJyb2xlIjogInNlcnZpY2Vfcm9sZSJ9.notARealSignature_0123456789'))
$$);

create role reporting login password 'correct horse battery';
alter role postgres with encrypted password 'md5aa0d50ebf33e5fdf6ab3ab2a2bb8f5a1';

create function app.notify() returns trigger language plpgsql as $$
begin
    -- mirror: postgresql://sync:tr0ub4dor@db.company.com:5432/app
    perform dblink_exec('postgresql://sync:tr0ub4dor@db.company.com:5432/app', 'select 1');
    return new;
end
$$;

do $$ begin
    execute 'alter role reporting password ''staple''';
end $$;

insert into app.keys (name, pem) values ('signing', E'-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQ');
