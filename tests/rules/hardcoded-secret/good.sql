-- the password is set by hand: alter role reporting password '…'
create role reporting nologin;
alter role reporting password null;

create function app.password_of(name text) returns text language sql as $$
    select decrypted_secret from vault.decrypted_secrets where decrypted_secrets.name = $1
$$;

-- the key for anon is public, and so are those of every local Supabase
insert into app.settings (name, value) values
    ('anon_key', 'eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAic3VwYWJhc2UiLCAicmVmIjogImFiY2RlZmdoaWprbCIsICJyb2xlIjogImFub24ifQ.notARealSignature_0123456789'),
    ('local_key', 'eyJhbGciOiAiSFMyNTYiLCAidHlwIjogIkpXVCJ9.eyJpc3MiOiAic3VwYWJhc2UtZGVtbyIsICJyb2xlIjogInNlcnZpY2Vfcm9sZSJ9.notARealSignature_0123456789'),
    ('docs', 'https://supabase.com/docs/guides/database'),
    ('database', 'postgresql://postgres:postgres@localhost:54322/postgres'),
    ('template', 'postgresql://user:<password>@host/db');

create table app.accounts (id uuid primary key, password text check (password <> 'password'));
comment on column app.accounts.password is 'hashed, never "sk_live_" or the like';
