-- uuid-ossp: versions 1 and 4 are random values, version 3 is the standard's, version 5 is only stable: it would
-- need SHA-1, which a plain server does not have.
create function uuid_nil() returns uuid language sql immutable parallel safe
return '00000000-0000-0000-0000-000000000000'::uuid;
create function uuid_ns_dns() returns uuid language sql immutable parallel safe
return '6ba7b810-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function uuid_ns_url() returns uuid language sql immutable parallel safe
return '6ba7b811-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function uuid_ns_oid() returns uuid language sql immutable parallel safe
return '6ba7b812-9dad-11d1-80b4-00c04fd430c8'::uuid;
create function uuid_ns_x500() returns uuid language sql immutable parallel safe
return '6ba7b814-9dad-11d1-80b4-00c04fd430c8'::uuid;

create function uuid_generate_v1() returns uuid language sql volatile return pg_catalog.gen_random_uuid();
create function uuid_generate_v1mc() returns uuid language sql volatile return pg_catalog.gen_random_uuid();
create function uuid_generate_v4() returns uuid language sql volatile return pg_catalog.gen_random_uuid();
create function uuid_generate_v3(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe as $$
    select encode(set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 48), 8, get_byte(hash, 8) & 63 | 128), 'hex')::uuid
    from decode(md5(uuid_send(namespace) || convert_to(name, 'UTF8')), 'hex') as hash
$$;
create function uuid_generate_v5(namespace uuid, name text) returns uuid
language sql immutable strict parallel safe as $$
    select encode(set_byte(set_byte(hash, 6, get_byte(hash, 6) & 15 | 80), 8, get_byte(hash, 8) & 63 | 128), 'hex')::uuid
    from substring(sha256(uuid_send(namespace) || convert_to(name, 'UTF8')) from 1 for 16) as hash
$$;
