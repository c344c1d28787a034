from pathlib import Path

from psycopg._queries import PostgresQuery
from psycopg.adapt import Transformer

import orchestrator.adapters.postgres as room
from orchestrator.adapters.postgres.queries import load

FOLDER = Path(room.__file__).parent / "sql" / "ledger"


def test_every_query_is_accepted_by_the_real_schema(ledger):
    files = sorted(FOLDER.glob("*.sql"))
    assert len(files) > 5
    refused = {}
    with ledger.control.connection() as connection:
        for file in files:
            for name, sql in load(f"sql/ledger/{file.name}").items():
                query = PostgresQuery(Transformer(connection))
                query.convert(sql, dict.fromkeys(part.split(")")[0] for part in sql.split("%(")[1:]))
                result = connection.pgconn.prepare(f"{file.stem} {name}".encode(), query.query)
                if result.error_message:
                    refused[f"{file.name}: {name}"] = result.error_message
    assert refused == {}
