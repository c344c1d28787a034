"""What one migration's transaction consists of, statement by statement; pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from psycopg import sql

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.connect import CHECK_CONNECTION, IDLE_IN_TRANSACTION, milliseconds
from orchestrator.adapters.postgres.target.pipeline import Step
from orchestrator.domain.dropped import Guard as RowGuard
from orchestrator.validation.split import Statement

_FENCE = queries.load("sql/target/fence.sql")
_SETTLE: Final = queries.load("sql/target/constraints.sql")["settle"]
TRANSACTION_TIMEOUT_SINCE = 170000


class Part(Enum):
    """What a step is for; which step failed decides what an error means."""

    SESSION = auto()
    FENCE = auto()
    STATEMENT = auto()
    #: the check after a statement
    GUARD = auto()
    #: a rehearsal's look at what a statement did
    LOOK = auto()
    #: a look at what a rollback is about to drop
    ROWS = auto()
    HISTORY = auto()
    COMMIT = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One step of the transaction."""

    part: Part
    step: Step
    #: for STATEMENT and GUARD
    statement: Statement | None = None
    #: for ROWS: of what
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Who we are on the target."""

    owner: str
    epoch: int
    current_user: str
    session_user: str


def pieces_of(
    statements: Sequence[Statement],
    history: Step,
    *,
    address: TargetAddress,
    holder: Holder,
    server_version: int,
    notices_our_death: bool,
    inside: bool = False,
    forget: Sequence[str] | None = None,
    look: Callable[[int], Step] | None = None,
    settings: Sequence[str] = (),
    also: Sequence[Step] = (),
    ahead: Sequence[RowGuard] = (),
) -> tuple[Piece, ...]:
    """Put the whole transaction together, from a fresh session to its commit.

    `settings` are made in the fresh session, `ahead` looks before the first statement,
    `also` are further steps beside the one of the history.
    `inside`: a transaction of the caller's is open, holds the fence, and stays open; what a commit would
    check is checked. `forget` names what was prepared in it and does not stay, plans do; None: nothing stays.
    `look` makes a rehearsal's step behind the guard of each statement, whose number from 0 it is given.
    """
    guard = _guard(address, holder)
    prepared = Step(sql="execute bascule_guard")
    check = Step(sql=guard) if forgets_prepared(statements) else prepared
    beginning = (*_fresh_inside(forget),) if inside else (FRESH, *settings, BEGIN)
    limits = _limits(address, server_version, notices_our_death=notices_our_death)
    return (
        *(Piece(part=Part.SESSION, step=Step(sql=each)) for each in (*beginning, *limits)),
        Piece(part=Part.SESSION, step=Step(sql=f"prepare bascule_guard as {guard}")),
        *(() if inside else (Piece(part=Part.FENCE, step=hold(holder)),)),
        Piece(part=Part.FENCE, step=prepared),
        *(piece for each in ahead for piece in _looking(each)),
        *_guarded(statements, check, look),
        *(Piece(part=Part.HISTORY, step=step) for step in (history, *also)),
        Piece(part=Part.COMMIT, step=Step(sql=_SETTLE if inside else "commit")),
    )


def hold(holder: Holder) -> Step:
    """Return the step that takes the fence for the transaction."""
    return Step(sql=_FENCE["hold"], parameters=(holder.owner, str(holder.epoch)))


#: takes off whatever an earlier migration set, and our limits too
FRESH: Final = "discard all"
# Isolation is named because a role's default may differ; READ WRITE is not, because a project whose disk is
# full is read-only by such a default.
BEGIN: Final = "begin isolation level read committed"
#: what DISCARD ALL consists of, but for what no transaction allows
_FRESH_INSIDE: Final = (
    *("close all", "set session authorization default", "reset all", "unlisten *"),
    *("select pg_catalog.pg_advisory_unlock_all()", "discard temp", "discard sequences"),
)
_ALL_PREPARED: Final = ("deallocate all", "discard plans")


def _fresh_inside(forget: Sequence[str] | None) -> Iterator[str]:
    yield from _FRESH_INSIDE
    if forget is None:
        yield from _ALL_PREPARED
    else:
        yield from (sql.SQL("deallocate {}").format(sql.Identifier(name)).as_string() for name in forget)


def _limits(address: TargetAddress, server_version: int, *, notices_our_death: bool) -> Iterator[str]:
    """Yield the limits of a transaction; the guard sets statement_timeout.

    transaction_timeout ends the transaction of a worker that was paused before it had sent everything.
    """
    limits = {
        "lock_timeout": milliseconds(address.lock_timeout_seconds),
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION,
    }
    if notices_our_death:
        limits["client_connection_check_interval"] = CHECK_CONNECTION
    if server_version >= TRANSACTION_TIMEOUT_SINCE:
        limits["transaction_timeout"] = milliseconds(address.migration_timeout_seconds)
    for name, value in limits.items():
        yield f"set local {name} = '{value}'"


def _guard(address: TargetAddress, holder: Holder) -> str:
    return (
        sql.SQL(_FENCE["guard"])
        .format(
            current_user=holder.current_user,
            session_user=holder.session_user,
            lock_timeout=milliseconds(address.lock_timeout_seconds),
            statement_timeout=milliseconds(address.statement_timeout_seconds),
        )
        .as_string()
    )


def _looking(guard: RowGuard) -> Iterator[Piece]:
    steps = (guard.lock, guard.look) if guard.lock else (guard.look,)
    return (Piece(part=Part.ROWS, step=Step(sql=each), what=guard.what) for each in steps)


def forgets_prepared(statements: Sequence[Statement]) -> bool:
    """Tell whether statements may make the session forget what is prepared in it."""
    return any("deallocate" in statement.text.lower() for statement in statements)


def _guarded(
    statements: Sequence[Statement], guard: Step, look: Callable[[int], Step] | None
) -> Iterator[Piece]:
    for number, statement in enumerate(statements):
        yield Piece(part=Part.STATEMENT, step=Step(sql=statement.text), statement=statement)
        yield Piece(part=Part.GUARD, step=guard, statement=statement)
        if look is not None:
            yield Piece(part=Part.LOOK, step=look(number), statement=statement)
