"""What the table calls newer than a version is refused by servers of that version, and by no others."""

import psycopg
import pytest

from orchestrator.validation.changes import Feature
from orchestrator.validation.grammar import features
from orchestrator.validation.grammar.parser import parse

PREPARATION = """
create role reader;
create role writer;
create table t (
    id int primary key, a int not null default 0, n int generated always as (id + 1) stored, v text
);
create table s (id int primary key, v text);
alter table t add constraint few check (a < 100);
alter table s add foreign key (id) references t;
insert into t (id) values (1);
create function own() returns int language sql as 'select 1';
"""
#: a statement for each entry of the table, by its words
SYNTAX = {
    "MERGE … RETURNING": "merge into t using s on t.id = s.id when matched then delete returning t.id",
    "MERGE … WHEN NOT MATCHED BY SOURCE": "merge into t using s on t.id = s.id"
    " when not matched by source then update set a = 2",
    "merge_action()": "merge into t using s on t.id = s.id when matched then delete returning merge_action()",
    "RETURNING WITH (OLD AS …)": "update t set a = 1 returning with (old as o) o.a",
    "RETURNING old and new": "update t set a = 1 returning old.a, new.a",
    "a virtual generated column": "create table g (a int, b int generated always as (a + 1) virtual)",
    "NOT NULL as a constraint of the table": "alter table t add constraint given not null v not valid",
    "NOT NULL NO INHERIT": "create table g (a int not null no inherit)",
    "FOREIGN KEY … PERIOD": "create table g (id int4range, p daterange, primary key (id, p without overlaps),"
    " foreign key (id, period p) references g (id, period p))",
    "WITHOUT OVERLAPS": "create table g (id int4range, p daterange, primary key (id, p without overlaps))",
    "NOT ENFORCED": "alter table t add constraint c check (a > 0) not enforced",
    "STORAGE beside a column": "create table g (a text storage external)",
    "ALTER COLUMN … SET EXPRESSION": "alter table t alter column n set expression as (id + 2)",
    "SET STATISTICS DEFAULT": "alter table t alter column a set statistics default",
    "ALTER CONSTRAINT … [NOT] ENFORCED, [NO] INHERIT": "alter table s"
    " alter constraint s_id_fkey not enforced",
    "COPY … ON_ERROR": "copy t (id) from program 'true' (on_error ignore)",
    "COPY … LOG_VERBOSITY": "copy t (id) from program 'true' (log_verbosity verbose)",
    "COPY … REJECT_LIMIT": "copy t (id) from program 'true' (on_error ignore, reject_limit 3)",
    "COPY … DEFAULT": "copy t (id) from program 'true' (default 'd')",
    "GRANT … WITH INHERIT": "grant reader to writer with inherit true",
    "GRANT … WITH SET": "grant reader to writer with set false",
    "the privilege MAINTAIN": "grant maintain on t to reader",
    "a sub-select in FROM without an alias": "select * from (select 1)",
    "CREATE STATISTICS without a name": "create statistics on a, v from t",
    "BUFFER_USAGE_LIMIT of VACUUM and ANALYZE": "analyze (buffer_usage_limit '1MB') t",
    "JSON_TABLE": "select * from json_table('[1]', '$[*]' columns (a int path '$')) as j",
    "JSON_EXISTS, JSON_QUERY and JSON_VALUE": "select json_value(jsonb '{}', '$.a')",
    "JSON(… WITH UNIQUE KEYS)": "select json('{}' with unique keys)",
    "JSON_SCALAR": "select json_scalar(1)",
    "JSON_SERIALIZE": "select json_serialize('{}')",
    "JSON_OBJECT and JSON_ARRAY with SQL's own syntax": "select json_object('a': 1)",
    "JSON_OBJECTAGG and JSON_ARRAYAGG": "select json_arrayagg(1)",
    "IS JSON": "select '{}' is json",
    "AT LOCAL": "select now() at local",
    "random(min, max)": "select random(1, 2)",
}
OTHERS = [
    "merge into t using s on t.id = s.id when not matched by source then delete returning merge_action()",
    "create table g (a int, b int generated always as (a + 1))",
    "create table g (a int check (a > 0) not enforced)",
    "create table g (a int references t not enforced)",
    "create table g (a int, constraint n not null a)",
    "alter table s add not null v",
    "insert into t (id) values (7) returning new.a",
    "select json_object('a' value 1), json_array(1, 2)",
    "select json_array()",
    "select json_array(select 1)",
    "select json_objectagg('a': 1)",
    "select json_exists(jsonb '{}', '$.a'), json_query(jsonb '{}', '$.a')",
    "select 1 where exists (select from (values (1)))",
    "alter default privileges grant maintain on tables to reader",
    "create function g() returns jsonb language sql as $$ select json_query(jsonb '{}', '$.a') $$",
    "create function g() returns uuid language sql as 'select uuidv7()'",
    "create function g() returns int language plpgsql as $$ begin delete from s using (select 1); end $$",
    "do $$ declare was int; begin update t set a = 1 returning old.a into was; end $$",
]
CALLS = {
    "any_value": "any_value(a) from t",
    "array_sample": "array_sample(array[1, 2], 1)",
    "array_shuffle": "array_shuffle(array[1, 2])",
    "date_add": "date_add(now(), '1 day')",
    "date_subtract": "date_subtract(now(), '1 day')",
    "erf": "erf(1.0)",
    "erfc": "erfc(1.0)",
    "pg_input_error_info": "pg_input_error_info('1', 'integer')",
    "pg_input_is_valid": "pg_input_is_valid('1', 'integer')",
    "random_normal": "random_normal()",
    "system_user": "system_user",
    "icu_unicode_version": "icu_unicode_version()",
    "pg_basetype": "pg_basetype('integer'::regtype)",
    "to_bin": "to_bin(7)",
    "to_oct": "to_oct(7)",
    "to_regtypemod": "to_regtypemod('varchar(3)')",
    "unicode_assigned": "unicode_assigned('a')",
    "unicode_version": "unicode_version()",
    "uuid_extract_timestamp": "uuid_extract_timestamp(gen_random_uuid())",
    "uuid_extract_version": "uuid_extract_version(gen_random_uuid())",
    "xmltext": "xmltext('a')",
    "array_reverse": "array_reverse(array[1, 2])",
    "array_sort": "array_sort(array[2, 1])",
    "casefold": "casefold('A' collate pg_c_utf8)",
    "crc32": "crc32('a'::bytea)",
    "crc32c": "crc32c('a'::bytea)",
    "gamma": "gamma(3)",
    "lgamma": "lgamma(3)",
    "pg_get_acl": "pg_get_acl('pg_class'::regclass, 't'::regclass, 0)",
    "uuidv4": "uuidv4()",
    "uuidv7": "uuidv7()",
}
TOUCH = """create function g() returns trigger language plpgsql as $$ begin
    update t set a = 1 where id = new.id returning old.a into new.a; return new;
end $$"""
#: what these versions understand alike, however near it is to the rest
OLD = [
    "select json('{}')",
    "merge into t using s on t.id = s.id when matched then delete",
    "select json_object('{a,1}'), json_object('{a}', '{b}')",
    "create table g (a int constraint given not null, b int generated always as (a + 1) stored)",
    "update t as old set a = 1 returning old.a",
    "create rule kept as on delete to t do instead update t set a = 0 where id = old.id returning old.*",
    "select random(), own() from (select 1) as rows",
    "alter table t alter column a set statistics 100",
    "grant reader to writer with admin option",
    TOUCH,
]


@pytest.fixture
def connection(target_database):
    with psycopg.connect(target_database.superuser_url, connect_timeout=10) as connection:
        connection.execute("set statement_timeout = '10s'")
        connection.execute(PREPARATION)
        yield connection
        connection.rollback()  # roles are the whole server's


def newest(sql: str) -> int:
    """Return the version that a statement needs; 0 where any will do."""
    found = [each.since_major for each in parse(sql).changes if isinstance(each, Feature)]
    return max(found, default=0)


def refused(connection: psycopg.Connection, statements: list[str]) -> set[str]:
    """Try each statement by itself; return those that the server refuses."""
    found = set()
    for sql in statements:
        try:
            with connection.transaction(force_rollback=True):
                connection.execute(sql)
        except psycopg.errors.FeatureNotSupported:
            continue  # known, but left out when this server was built: xml
        except psycopg.Error:
            found.add(sql)
    return found


def test_what_is_newer_than_the_server_is_refused_and_nothing_else_is(connection):
    statements = [*SYNTAX.values(), *OTHERS, *(f"select {call}" for call in CALLS.values())]
    since = {sql: newest(sql) for sql in statements}
    assert set(since.values()) == {16, 17, 18}
    major = connection.info.server_version // 10_000
    assert refused(connection, statements) == {sql for sql in statements if since[sql] > major}


def test_what_every_version_understands_is_in_no_table(connection):
    assert [newest(sql) for sql in OLD] == [0] * len(OLD)
    assert refused(connection, OLD) == set()


@pytest.mark.parametrize("words", SYNTAX)
def test_each_statement_is_told_by_the_words_of_its_entry(words):
    assert words in {each.words for each in parse(SYNTAX[words]).changes if isinstance(each, Feature)}


def test_every_function_of_the_table_is_tried():
    assert CALLS.keys() == features.FUNCTIONS.keys()
