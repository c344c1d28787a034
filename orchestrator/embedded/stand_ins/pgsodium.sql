-- pgsodium: keys are rows, nothing is encrypted with them.
create table pgsodium.key (
    id uuid primary key default gen_random_uuid(),
    status text default 'valid',
    created timestamptz not null default now(),
    expires timestamptz,
    key_type text,
    name text unique
);
create function pgsodium.create_key(key_type text default 'aead-det', name text default null)
returns pgsodium.key language sql as $$
    insert into pgsodium.key (key_type, name) values ($1, $2) returning *
$$;
create function pgsodium.crypto_aead_det_keygen() returns bytea
language sql volatile return sha256(uuid_send(gen_random_uuid()));

grant usage on schema pgsodium to postgres;
