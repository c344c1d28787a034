-- pg_cron: jobs are kept and nobody runs them.
do $$
begin
    if to_regnamespace('cron') is null then
        create schema cron;
    end if;
end $$;

create sequence cron.jobid_seq;
create table cron.job (
    jobid bigint primary key default nextval('cron.jobid_seq'),
    schedule text not null,
    command text not null,
    nodename text not null default 'localhost',
    nodeport integer not null default coalesce(inet_server_port(), 5432),
    database text not null default current_database(),
    username text not null default current_user,
    active boolean not null default true,
    jobname text,
    constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create sequence cron.runid_seq;
create table cron.job_run_details (
    jobid bigint,
    runid bigint primary key default nextval('cron.runid_seq'),
    job_pid integer,
    database text,
    username text,
    command text,
    status text,
    return_message text,
    start_time timestamptz,
    end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create function cron.schedule(job_name text, schedule text, command text) returns bigint language sql as $$
    insert into cron.job as known (jobname, schedule, command) values ($1, $2, $3)
    on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command
    returning jobid
$$;
create function cron.schedule(schedule text, command text) returns bigint language sql as $$
    insert into cron.job (schedule, command) values ($1, $2) returning jobid
$$;
create function cron.schedule_in_database(
    job_name text, schedule text, command text, database text,
    username text default null, active boolean default true
) returns bigint language sql as $$
    insert into cron.job as known (jobname, schedule, command, database, username, active)
    values ($1, $2, $3, $4, coalesce($5, current_user), $6)
    on conflict on constraint jobname_username_uniq
    do update set schedule = excluded.schedule, command = excluded.command, database = excluded.database
    returning jobid
$$;
create function cron.unschedule(job_id bigint) returns boolean language plpgsql as $$
begin
    delete from cron.job where jobid = job_id;
    if not found then
        raise exception 'could not find valid entry for job %', job_id;
    end if;
    return true;
end $$;
create function cron.unschedule(job_name text) returns boolean language plpgsql as $$
begin
    delete from cron.job where jobname = job_name and username = current_user;
    if not found then
        raise exception 'could not find valid entry for job ''%''', job_name;
    end if;
    return true;
end $$;
create function cron.alter_job(
    job_id bigint, schedule text default null, command text default null,
    database text default null, username text default null, active boolean default null
) returns void language sql as $$
    update cron.job known
    set schedule = coalesce($2, known.schedule), command = coalesce($3, known.command),
        database = coalesce($4, known.database), username = coalesce($5, known.username),
        active = coalesce($6, known.active)
    where jobid = $1
$$;

grant usage on schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
grant all on all sequences in schema cron to postgres with grant option;
