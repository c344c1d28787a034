-- Types and calls of http; every request raises: nothing may leave the machine.
create domain http_method as text;
create type http_header as (field varchar, value varchar);
create type http_request as (
    method http_method, uri varchar, headers http_header [], content_type varchar, content varchar
);
create type http_response as (status integer, content_type varchar, headers http_header [], content varchar);

create function http_header(field varchar, value varchar) returns http_header
language sql immutable return row(field, value)::http_header;

create function http(request http_request) returns http_response language plpgsql as $$
begin
    raise exception 'http is a stand-in here: no request is sent';
end $$;
create function http_get(uri varchar) returns http_response
language sql return http(row('GET', uri, null, null, null)::http_request);
create function http_post(uri varchar, content varchar, content_type varchar) returns http_response
language sql return http(row('POST', uri, null, content_type, content)::http_request);
create function http_put(uri varchar, content varchar, content_type varchar) returns http_response
language sql return http(row('PUT', uri, null, content_type, content)::http_request);
create function http_delete(uri varchar) returns http_response
language sql return http(row('DELETE', uri, null, null, null)::http_request);

create function http_set_curlopt(curlopt varchar, value varchar) returns boolean language sql return true;
create function http_reset_curlopt() returns boolean language sql return true;
