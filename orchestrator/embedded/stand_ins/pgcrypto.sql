-- pgcrypto without a cryptographic library. digest, hmac (without sha1) and random bytes are right. crypt and
-- gen_salt have the shape of the real ones only, and what is "encrypted" here lies there for all to read.
create function digest(data bytea, type text) returns bytea language plpgsql immutable strict parallel safe as $$
begin
    return case lower(type)
        when 'md5' then decode(md5(data), 'hex')
        when 'sha224' then sha224(data)
        when 'sha256' then sha256(data)
        when 'sha384' then sha384(data)
        when 'sha512' then sha512(data)
        when 'sha1' then substring(sha256(data) from 1 for 20)  -- the length is right, the value is not
    end;
end $$;
create function digest(data text, type text) returns bytea language plpgsql immutable strict parallel safe as $$
declare
    here constant text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pgcrypto');
    answer bytea;
begin
    execute format('select %s.digest($1, $2)', here) into answer using convert_to(data, 'UTF8'), type;
    return answer;
end $$;

create function hmac(data bytea, key bytea, type text) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    here constant text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pgcrypto');
    block constant integer := case when lower(type) in ('sha384', 'sha512') then 128 else 64 end;
    inner_pad bytea;
    outer_pad bytea;
    answer bytea;
begin
    if length(key) > block then
        execute format('select %s.digest($1, $2)', here) into key using key, type;
    end if;
    inner_pad := key || decode(repeat('00', block - length(key)), 'hex');
    outer_pad := inner_pad;
    for place in 0 .. block - 1 loop
        outer_pad := set_byte(outer_pad, place, get_byte(inner_pad, place) # 92);
        inner_pad := set_byte(inner_pad, place, get_byte(inner_pad, place) # 54);
    end loop;
    execute format('select %1$s.digest($1 || %1$s.digest($2, $3), $3)', here)
        into answer using outer_pad, inner_pad || data, type;
    return answer;
end $$;
create function hmac(data text, key text, type text) returns bytea
language plpgsql immutable strict parallel safe as $$
declare
    here constant text := (select extnamespace::regnamespace::text from pg_extension where extname = 'pgcrypto');
    answer bytea;
begin
    execute format('select %s.hmac($1, $2, $3)', here) into answer
        using convert_to(data, 'UTF8'), convert_to(key, 'UTF8'), type;
    return answer;
end $$;

create function gen_random_uuid() returns uuid language sql volatile return pg_catalog.gen_random_uuid();
create function gen_random_bytes(count integer) returns bytea language sql volatile strict as $$
    select substring(decode(string_agg(md5(pg_catalog.gen_random_uuid()::text), ''), 'hex') from 1 for count)
    from generate_series(0, count / 16)
$$;

create function gen_salt(type text, rounds integer) returns text language sql volatile strict as $$
    select '$2a$06$' || substr(translate(encode(uuid_send(pg_catalog.gen_random_uuid()), 'base64'), '+=', './'), 1, 22)
$$;
create function gen_salt(type text) returns text language sql volatile strict as $$
    select '$2a$06$' || substr(translate(encode(uuid_send(pg_catalog.gen_random_uuid()), 'base64'), '+=', './'), 1, 22)
$$;
create function crypt(password text, salt text) returns text language sql immutable strict parallel safe as $$
    select substr(salt, 1, 29) || substr(md5(substr(salt, 1, 29) || password), 1, 31)
$$;

create function encrypt(data bytea, key bytea, type text) returns bytea
language sql immutable strict return data;
create function decrypt(data bytea, key bytea, type text) returns bytea
language sql immutable strict return data;
create function encrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict return data;
create function decrypt_iv(data bytea, key bytea, iv bytea, type text) returns bytea
language sql immutable strict return data;
create function pgp_sym_encrypt(data text, psw text) returns bytea
language sql volatile strict return convert_to(data, 'UTF8');
create function pgp_sym_encrypt(data text, psw text, options text) returns bytea
language sql volatile strict return convert_to(data, 'UTF8');
create function pgp_sym_decrypt(msg bytea, psw text) returns text
language sql immutable strict return convert_from(msg, 'UTF8');
create function pgp_sym_decrypt(msg bytea, psw text, options text) returns text
language sql immutable strict return convert_from(msg, 'UTF8');
create function armor(data bytea) returns text language sql immutable strict return encode(data, 'base64');
create function dearmor(data text) returns bytea language sql immutable strict return decode(data, 'base64');
