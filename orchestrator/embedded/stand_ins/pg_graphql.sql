-- pg_graphql: the entry point exists and answers null.
do $$
begin
    if to_regnamespace('graphql') is null then
        create schema graphql;
    end if;
    if to_regnamespace('graphql_public') is null then
        create schema graphql_public;
    end if;
end $$;

create function graphql.resolve(
    query text, variables jsonb default '{}', "operationName" text default null, extensions jsonb default null
) returns jsonb language sql return null::jsonb;
create function graphql_public.graphql(
    "operationName" text default null, query text default null,
    variables jsonb default null, extensions jsonb default null
) returns jsonb language sql return null::jsonb;
