-- pgmq: queues can be made, written and dropped; whoever reads finds them empty.
create table pgmq.meta (
    queue_name varchar unique not null,
    is_partitioned boolean not null default false,
    is_unlogged boolean not null default false,
    created_at timestamptz not null default now()
);
create type pgmq.message_record as (
    msg_id bigint, read_ct integer, enqueued_at timestamptz, vt timestamptz, message jsonb, headers jsonb
);
create type pgmq.queue_record as (
    queue_name varchar, is_partitioned boolean, is_unlogged boolean, created_at timestamptz
);

create function pgmq.create(queue_name text) returns void language plpgsql as $$
begin
    insert into pgmq.meta (queue_name) values ($1) on conflict do nothing;
    execute format(
        'create table if not exists pgmq.%I (msg_id bigint primary key generated always as identity,
         read_ct integer not null default 0, enqueued_at timestamptz not null default now(),
         vt timestamptz not null, message jsonb, headers jsonb)', 'q_' || lower($1));
    execute format(
        'create table if not exists pgmq.%I (msg_id bigint primary key, read_ct integer not null default 0,
         enqueued_at timestamptz not null default now(), archived_at timestamptz not null default now(),
         vt timestamptz not null, message jsonb, headers jsonb)', 'a_' || lower($1));
end $$;
create function pgmq.drop_queue(queue_name text) returns boolean language plpgsql as $$
begin
    execute format('drop table if exists pgmq.%I, pgmq.%I', 'q_' || lower($1), 'a_' || lower($1));
    delete from pgmq.meta known where known.queue_name = $1;
    return found;
end $$;
create function pgmq.send(queue_name text, msg jsonb, delay integer default 0) returns setof bigint
language plpgsql as $$
begin
    return query execute format(
        'insert into pgmq.%I (vt, message) values (clock_timestamp() + $1 * interval ''1 s'', $2) returning msg_id',
        'q_' || lower(queue_name)) using delay, msg;
end $$;
create function pgmq.read(queue_name text, vt integer, qty integer) returns setof pgmq.message_record
language sql as $$ select null::pgmq.message_record where false $$;
create function pgmq.pop(queue_name text) returns setof pgmq.message_record
language sql as $$ select null::pgmq.message_record where false $$;
create function pgmq.delete(queue_name text, msg_id bigint) returns boolean language sql return false;
create function pgmq.archive(queue_name text, msg_id bigint) returns boolean language sql return false;
create function pgmq.purge_queue(queue_name text) returns bigint language sql return 0::bigint;
create function pgmq.list_queues() returns setof pgmq.queue_record language sql as $$
    select queue_name, is_partitioned, is_unlogged, created_at from pgmq.meta
$$;

grant all on schema pgmq to postgres;
grant all on all tables in schema pgmq to postgres;
