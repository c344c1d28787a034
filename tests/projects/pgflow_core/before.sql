-- What pgmq 1.5 brings and the stand-in of the tests does not have. Run before the migrations.
create schema if not exists pgmq;
create extension if not exists pgmq with schema pgmq;

create function pgmq.format_table_name(queue_name text, prefix text) returns text language sql immutable as $$
    select lower(prefix || '_' || queue_name)
$$;
create function pgmq.set_vt(queue_name text, msg_id bigint, vt integer) returns setof pgmq.message_record
language sql as $$ select null::pgmq.message_record where false $$;
create function pgmq.archive(queue_name text, msg_ids bigint []) returns setof bigint
language sql as $$ select null::bigint where false $$;
create function pgmq.send_batch(queue_name text, msgs jsonb [], delay integer default 0) returns setof bigint
language sql as $$
    select pgmq.send(queue_name, msg, delay) from unnest(msgs) as msg
$$;
