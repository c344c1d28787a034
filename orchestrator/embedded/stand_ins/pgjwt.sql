-- pgjwt: nothing is signed; verify() accepts nothing.
create function url_encode(data bytea) returns text language sql immutable
return translate(encode(data, 'base64'), E'+/=\n', '-_');
create function sign(payload json, secret text, algorithm text default 'HS256') returns text
language sql immutable return 'not.a.token';
create function verify(token text, secret text, algorithm text default 'HS256')
returns table (header json, payload json, valid boolean) language sql immutable as $$
    select null::json, null::json, false
$$;
