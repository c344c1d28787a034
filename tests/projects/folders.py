"""The projects of this folder: their files, what ABOUT.md says of them, and how they are applied."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.validation.split import Statement, decode, is_blank, split_statements
from tests.support.servers import TestDatabase

HOME = Path(__file__).parent
PROJECTS = ("chat", "pgflow_core", "saas", "shop")
_LEDGER = "ledger-of-the-projects"

#: a row of the table "Defects": file, line, what the line begins with
_DEFECT = re.compile(r"^\| `(?P<file>\S+\.sql):(?P<line>\d+)` \| `(?P<begins>[^`]+)` \|", re.MULTILINE)
_SIZE = re.compile(r"^(?P<files>\d+) files, (?P<statements>\d+) statements\.$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Defect:
    """Something that hurts, as ABOUT.md names it."""

    file: Path
    #: 1-based, within the statement that is wrong
    line: int
    #: what that line begins with
    begins: str

    def holds(self, line: int) -> bool:
        """Tell whether a line lies in the statement that is wrong."""
        for statement in statements_of(self.file):
            last = statement.line + statement.text.count("\n")
            if statement.line <= self.line <= last:
                return statement.line <= line <= last
        return False


def files_of(project: str) -> list[Path]:
    """List the migrations in the order of the Supabase CLI."""
    return sorted((HOME / project / "supabase/migrations").iterdir(), key=lambda file: file.name)


def statements_of(file: Path) -> list[Statement]:
    """Split a file; pieces that are nothing but comments do not count."""
    return [each for each in split_statements(decode(file.read_bytes())) if not is_blank(each.text)]


def migration_of(file: Path) -> Migration:
    """Read a file's name as the Supabase CLI does."""
    path = f"supabase/migrations/{file.name}"
    migration = Migration.of(SqlFile(path=path, sha256=checksum(file.read_bytes())))
    assert migration is not None, file.name
    return migration


def about(project: str) -> str:
    """Return what is said of a project."""
    return (HOME / project / "ABOUT.md").read_text()


def defects_of(project: str) -> list[Defect]:
    """Read the table of defects; a row that cannot be read fails."""
    table = about(project).partition("## Defects")[2].partition("\n## ")[0]
    found = list(_DEFECT.finditer(table))
    assert len(found) == table.count("\n| `"), project
    folder = HOME / project / "supabase/migrations"
    return [Defect(file=folder / row["file"], line=int(row["line"]), begins=row["begins"]) for row in found]


def said_size(project: str) -> tuple[int, int]:
    """Return how many files and statements ABOUT.md tells of."""
    said = _SIZE.search(about(project))
    assert said is not None, project
    return int(said["files"]), int(said["statements"])


def apply_all(project: str, database: TestDatabase) -> Iterator[str]:
    """Adopt an empty target, apply every file as a deployment does; yield the version of each."""
    _prepare(project, database)
    targets = PostgresTargets([TargetAddress(name="staging", url=database.url)])
    with targets.adopting("staging") as adoption:
        adoption.place(_LEDGER)
    with targets.writing("staging", ledger_id=_LEDGER) as writer:
        for file in files_of(project):
            applied = writer.apply(migration_of(file), decode(file.read_bytes()))
            yield applied.migration.version


def _prepare(project: str, database: TestDatabase) -> None:
    """Make what a hosted project has and the embedded environment lacks."""
    before = HOME / project / "before.sql"
    if before.exists():
        with psycopg.connect(database.url, autocommit=True, connect_timeout=10) as connection:
            connection.execute(before.read_bytes())
