"""Brings the ledger's own schema up to date: numbered SQL files, each in one transaction, under a lock."""

from importlib import resources

from orchestrator.adapters.postgres.ledger.connection import Connection, ControlDatabase
from orchestrator.domain.errors import ConfigurationError

_BOOTSTRAP = """
create schema if not exists bascule;
comment on schema bascule is 'The ledger of Bascule';
create table if not exists bascule.schema_step (
  number integer primary key, file text not null, applied timestamptz not null default now());
comment on table bascule.schema_step is 'Which of the numbered files the ledger''s schema has';
comment on column bascule.schema_step.number is 'The leading digits of the file';
comment on column bascule.schema_step.file is 'Its name';
comment on column bascule.schema_step.applied is 'When';
"""


def steps() -> list[tuple[int, str, str]]:
    """Return (number, file name, SQL) of every step, in order."""
    folder = resources.files("orchestrator.adapters.postgres").joinpath("schema")
    files = sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))
    return [
        (int(name.split("_")[0]), name, folder.joinpath(name).read_text(encoding="utf-8")) for name in files
    ]


def upgrade(control: ControlDatabase) -> None:
    """Apply the steps that are missing. Safe to call from many processes at once.

    Raises ConfigurationError when the ledger was written by a newer version.
    """
    with control.connection() as connection:
        connection.execute("select pg_advisory_lock(hashtextextended('bascule ledger schema', 0))")
        if not _is_prepared(connection):
            connection.execute(_BOOTSTRAP)
        present = {row["number"] for row in connection.execute("select number from bascule.schema_step")}
        known = steps()
        _refuse_the_future(present, known[-1][0])
        for number, name, text in known:
            if number not in present:
                with connection.transaction():
                    connection.execute(text.encode())
                    connection.execute("insert into bascule.schema_step values (%s, %s)", (number, name))


def _is_prepared(connection: Connection) -> bool:
    row = connection.execute("select to_regclass('bascule.schema_step') is not null as there").fetchone()
    return bool(row and row["there"])


def _refuse_the_future(present: set[int], newest: int) -> None:
    if max(present, default=0) > newest:
        raise ConfigurationError(
            f"the ledger has schema step {max(present)}, this version of Bascule knows {newest}",
            code="ledger-newer",
            remedy="install the version of Bascule that last used this control database, or a later one",
        )
