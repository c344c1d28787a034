from pathlib import Path
from typing import TYPE_CHECKING

from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.catalog.schema import Policy, read

if TYPE_CHECKING:
    from tests.integration.catalog.conftest import Catalog

SCHEMA = Path(__file__).with_name("schema.sql").read_text()


def test_tables_are_shown_with_columns_in_order_constraints_and_indexes(catalog: "Catalog") -> None:
    catalog.does(SCHEMA)
    with Reader(catalog.connection, "staging").asking() as database:
        schema = read(database)
    tables = {f"{table.schema}.{table.name}": table for table in schema.tables}
    assert "auth.users" not in tables
    members = tables["public.members"]
    assert [column.name for column in members.columns][:3] == ["id", "team", "code"]
    assert members.columns[0].identity
    assert members.columns[3].default == "'glad'::app.mood"
    assert members.columns[-1].generated
    assert members.row_security
    assert members.constraints[0].definition == "PRIMARY KEY (id)"
    assert [index.name for index in members.indexes] == ["members_team"]
    assert "FROM public.members" in (tables["public.shown"].definition or "")


def test_policies_are_shown_as_pg_policies_has_them(catalog: "Catalog") -> None:
    catalog.does(SCHEMA)
    with Reader(catalog.connection, "staging").asking() as database:
        [policy] = read(database, ["public"]).policies
    assert policy == Policy(
        schemaname="public",
        tablename="members",
        policyname="own",
        permissive="PERMISSIVE",
        roles=("authenticated",),
        cmd="SELECT",
        qual="(seen > '2020-05-04 22:00:00+00'::timestamp with time zone)",
        with_check=None,
    )
