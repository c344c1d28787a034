-- The server's major version, and the whole of it in words.
select current_setting('server_version_num')::integer / 10000, current_setting('server_version')
