"""After a restore from a dump nobody can tell any more which transaction wrote what."""

import psycopg

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from tests.support.servers import TestDatabase


def test_notes_that_came_in_one_transaction_with_their_table_name_no_transaction(
    target_database: TestDatabase, address
) -> None:
    with PostgresTargets([address]).adopting("staging") as adoption:
        adoption.place("ledger")
    notes = "supabase_migrations.bascule_applied"
    with psycopg.connect(target_database.url, autocommit=True) as connection:
        reader = Reader(connection, "staging")
        connection.execute(f"insert into {notes} (version) values ('1')")
        assert len(reader.transactions(["1", "2"])) == 1
        with connection.transaction():
            connection.execute(f"create table kept as select * from {notes}")
            connection.execute(f"drop table {notes}; alter table kept rename to bascule_applied")
            connection.execute("alter table bascule_applied set schema supabase_migrations")
        assert reader.transactions(["1"]) == frozenset()
