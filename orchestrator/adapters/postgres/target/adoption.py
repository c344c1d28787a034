"""Take a target under care and let it go again: history table, baseline rows, fence."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import psycopg

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.connect import connection_lost, is_loss
from orchestrator.adapters.postgres.target.lock import LOCK_KEY, read_only
from orchestrator.adapters.postgres.target.read import Reader
from orchestrator.domain.adoption import AdoptionState, BaselineRow, MissingRight
from orchestrator.domain.errors import ConfigurationError, TargetError, Unavailable
from orchestrator.domain.platform import MANAGED_SCHEMAS

_SQL = queries.load("sql/target/adoption.sql")
_NAMES_SHOWN = 5

T = TypeVar("T")

#: schemas in which nothing is a user's own
_NOT_THE_USERS: Final = (*MANAGED_SCHEMAS, "information_schema", "supabase_migrations", "etl")


class Adoption:
    """One connection to a target that is about to be adopted, inspected or released."""

    def __init__(self, connection: psycopg.Connection, target: str) -> None:
        """Work on this connection, which is in autocommit; the name is for messages."""
        self._connection = connection
        self._target = target

    def inspect(self, *, exposed_schemas: Sequence[str] = ("public",)) -> AdoptionState:
        """Look at what is there. Writes nothing. Raises TargetError, Unavailable."""
        reader = Reader(self._connection, self._target)
        with reader.asking() as asked:
            state = asked.rows(_SQL["state"])[0]
            rights = asked.rows(_SQL["missing_rights"], {"exposed": list(exposed_schemas)})
            objects = asked.rows(
                _SQL["user_objects"], {"managed": list(_NOT_THE_USERS), "names": _NAMES_SHOWN}
            )
        version, major, database, role, is_read_only, has_schema, has_table = state
        return AdoptionState(
            server_version=version,
            server_major=major,
            database=database,
            role=role,
            read_only=is_read_only,
            history_schema_exists=has_schema,
            history_table_exists=has_table,
            history=_unless_forbidden(reader.history, ()),
            user_objects=objects[0][0] if objects else 0,
            some_user_objects=tuple(name for _, name in objects),
            fence=_unless_forbidden(reader.fence, None),
            missing_rights=tuple(MissingRight(right=right, sql=sql) for right, sql in rights),
            ours=_unless_forbidden(lambda: tuple(sorted(reader.ours())), ()),
        )

    def place(
        self, ledger_id: str, rows_to_write: Sequence[BaselineRow] = (), *, take_over: bool = False
    ) -> None:
        """Make history and fence, and write the rows told, in one transaction. Harmless when repeated.

        Raises ConfigurationError: another ledger has it and `take_over` is false, a right is missing, or
        nothing can be written there; Unavailable: somebody deploys to it right now.
        """
        with self._transaction():
            self._make_history()
            for row in rows_to_write:
                statements = list(row.statements)
                self._rows("record", version=row.version, name=row.name, statements=statements)
            self._put_fence(ledger_id, take_over=take_over)

    def release(self, ledger_id: str) -> None:
        """Remove the fence. Harmless when it is gone already; the history stays.

        Raises ConfigurationError when another ledger has it, Unavailable when somebody deploys right now.
        """
        with self._transaction():
            if not self._rows("fence_exists")[0][0]:
                return
            owners = self._rows("fence_owner")
            if owners and owners[0][0] != ledger_id:
                raise self._adopted_by(owners[0][0])
            self._rows("drop_fence")
            self._rows("drop_notes")
            self._rows("drop_intent")

    def _make_history(self) -> None:
        """Create what is missing and only that: IF NOT EXISTS needs the rights even where it does nothing."""
        *_, has_schema, has_table = self._rows("state")[0]
        if not has_schema:
            self._rows("create_schema")
        if not has_table:
            self._rows("create_history")
        if not self._rows("history_is_complete")[0][0]:
            self._rows("add_statements")
            self._rows("add_name")

    def _put_fence(self, ledger_id: str, *, take_over: bool) -> None:
        if not self._rows("fence_exists")[0][0]:
            self._rows("create_fence")
        if not self._rows("notes_exist")[0][0]:
            self._rows("create_notes")
        if not self._rows("intent_exists")[0][0]:
            self._rows("create_intent")
        self._rows("put_fence", owner=ledger_id)
        owner = self._rows("fence_owner")[0][0]
        if owner == ledger_id:
            return
        if not take_over:
            raise self._adopted_by(owner)
        self._rows("take_over", owner=ledger_id)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Open one transaction under the target's lock."""
        try:
            with self._connection.transaction():
                if not self._rows("lock", key=LOCK_KEY)[0][0]:
                    raise Unavailable(
                        f"target {self._target}: a deployment is running there",
                        code="target-locked",
                        target=self._target,
                    )
                yield
        except psycopg.errors.ReadOnlySqlTransaction as error:
            raise read_only(self._target) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise ConfigurationError(
                f"target {self._target}: {error.diag.message_primary}",
                code="missing-right",
                remedy=f"run: bascule adopt {self._target}; it names the SQL that grants what is missing",
                target=self._target,
                sqlstate=error.sqlstate,
            ) from error
        except psycopg.errors.LockNotAvailable as error:
            raise Unavailable(
                f"target {self._target}: another session holds a lock on the history",
                code="target-locked",
                target=self._target,
            ) from error
        except psycopg.Error as error:
            if is_loss(error):
                raise connection_lost(self._target) from error
            raise TargetError(
                f"target {self._target}: {error.diag.message_primary}",
                code="adoption-failed",
                target=self._target,
                sqlstate=error.sqlstate,
            ) from error

    def _adopted_by(self, owner: str) -> ConfigurationError:
        return ConfigurationError(
            f"target {self._target} belongs to the ledger {owner}",
            code="adopted-by-another",
            remedy=f"release it there, or run: bascule adopt {self._target} --take-over",
            target=self._target,
            owner=owner,
        )

    def _rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:  # noqa: ANN401
        named: Mapping[str, Any] | None = parameters or None
        cursor = self._connection.execute(_SQL[query], named)
        return cursor.fetchall() if cursor.description else []


def _unless_forbidden(read: Callable[[], T], otherwise: T) -> T:
    """Read what our role may not read yet as absent; the missing right is reported beside it."""
    try:
        return read()
    except TargetError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            return otherwise
        raise
