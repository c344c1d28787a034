from pathlib import Path

import pytest

import orchestrator.adapters.postgres as room
from orchestrator.adapters.postgres.queries import load

FOLDER = Path(room.__file__).parent / "sql" / "ledger"
QUERIES = [
    (file.name, name)
    for file in sorted(FOLDER.glob("*.sql"))
    for name in load(f"sql/ledger/{file.name}")
]


@pytest.mark.parametrize(("file", "name"), QUERIES)
def test_the_query_is_accepted_by_the_real_schema(ledger, file, name):
    from psycopg._queries import PostgresQuery
    from psycopg.adapt import Transformer

    sql = load(f"sql/ledger/{file}")[name]
    with ledger.control.connection() as connection:
        query = PostgresQuery(Transformer(connection))
        names = {part.split(")")[0] for part in sql.split("%(")[1:]}
        query.convert(sql, dict.fromkeys(names))
        connection.pgconn.prepare(b"checked", query.query)
        result = connection.pgconn.prepare(b"again", query.query)
        assert result.status == 1, result.error_message
