-- The functions that migrations and functions call; none of them speaks to anybody.
create function dblink_connect(text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_connect(text, text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_connect_u(text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_disconnect() returns text language plpgsql as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_disconnect(text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink(text) returns setof record language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink(text, text) returns setof record language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_exec(text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_exec(text, text) returns text language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
create function dblink_send_query(text, text) returns integer language plpgsql strict as
$$begin raise exception 'dblink is only acted here: it connects to nobody'; end$$;
