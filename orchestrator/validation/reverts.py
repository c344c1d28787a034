"""What a rollback would run for each migration: the author's file, else a draft that is proven."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from orchestrator.domain.errors import MigrationRefused
from orchestrator.domain.migration import Migration, SqlFile
from orchestrator.domain.rehearsal import RollbackSource
from orchestrator.validation.script import read_script
from orchestrator.validation.split import decode

_BY_HAND = (
    "by hand: 1. undo what is named here; 2. take {versions} out of supabase_migrations.schema_migrations; "
    "3. mend or remove the file that failed, and push; 4. bascule retry, or bascule unlock "
    "(docs/operations.md, Stuck)"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Revert:
    """One migration's way back, ready to be run."""

    #: its rollback is the file that is run, a draft too
    migration: Migration
    #: None: there is none
    sql: str | None
    source: RollbackSource
    #: whether the migration does something and its rollback nothing
    is_empty: bool = False
    #: the migration itself; None: nobody has its text any more
    up: str | None = None


def revert_of(migration: Migration, contents: Mapping[str, bytes], drafts: Mapping[str, SqlFile]) -> Revert:
    """Find a migration's way back. A migration without a statement has one without a statement."""
    for file, source in (
        (migration.rollback, RollbackSource.FILE),
        (drafts.get(migration.version) if migration.rollback is None else None, RollbackSource.DRAFT),
    ):
        if file is not None and file.sha256 in contents:
            sql = decode(contents[file.sha256])
            return Revert(
                migration=replace(migration, rollback=file),
                sql=sql,
                source=source,
                is_empty=not read_script(sql).statements and not _does_nothing(migration, contents),
                up=decode(contents[migration.file.sha256]) if migration.file.sha256 in contents else None,
            )
    sql_of_nothing = "" if _does_nothing(migration, contents) else None
    return Revert(migration=migration, sql=sql_of_nothing, source=RollbackSource.NONE)


def obstacle_of(reverts: Sequence[Revert]) -> MigrationRefused | None:
    """Say why these cannot be run; None: they can. Decided for all of them before the first one runs."""
    missing = [each.migration for each in reverts if each.sql is None]
    if missing:
        return _refusal(
            "rollback-missing", f"there is no rollback for {_names(missing)}, which is committed", missing
        )
    empty = [each.migration for each in reverts if each.is_empty]
    if empty:
        return _refusal(
            "rollback-empty",
            f"the rollback of {_names(empty)}, which is committed, has no statement",
            empty,
        )
    return None


def _does_nothing(migration: Migration, contents: Mapping[str, bytes]) -> bool:
    up = contents.get(migration.file.sha256)
    return up is not None and not read_script(decode(up)).statements


def _names(migrations: Sequence[Migration]) -> str:
    return ", ".join(migration.file.name for migration in migrations)


def _refusal(code: str, message: str, migrations: Sequence[Migration]) -> MigrationRefused:
    versions = [migration.version for migration in migrations]
    return MigrationRefused(
        message,
        code=code,
        remedy=_BY_HAND.format(versions=", ".join(versions)),
        files=[migration.file.path for migration in migrations],
        versions=versions,
    )
