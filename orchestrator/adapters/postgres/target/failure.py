"""Say in our words which statement of which file failed, and why; decided by SQLSTATE and position only."""

import re
from dataclasses import dataclass

import psycopg

from orchestrator.adapters.postgres.target.lock import Blocker, read_only
from orchestrator.adapters.postgres.target.transaction import Part, Piece
from orchestrator.domain.errors import (
    BasculeError,
    ConfigurationError,
    Contention,
    MigrationRefused,
    Stale,
    TargetError,
    Unavailable,
)
from orchestrator.domain.migration import SqlFile
from orchestrator.validation.split import Statement, skip_blank

#: another try may get through: lock not available, deadlock, serialization failure
CONTENTION = {"55P03": "lock-timeout", "40P01": "deadlock", "40001": "serialization"}

_LONGEST_QUOTE = 120
_DIVISION_BY_ZERO = "22012"
_ROLE_CHANGED = "2201F"
_FENCE_GONE = ("42P01", "3F000")
_SERVER_FULL = {"53100": "disk-full", "53200": "out-of-memory", "53300": "too-many-connections"}
_MAKE_ROOM = {
    "53100": "make room on that server's disk, or give it a larger one; what was begun is undone",
    "53200": "give that server more memory, or let the migration do less at once; what was begun is undone",
    "53300": "end sessions there, or raise the limit: Bascule needs two; what was begun is undone",
}
#: classes whose details name objects; in the others they hold values of rows
_DETAILS_WITHOUT_VALUES = ("0A", "2B", "42", "55")
_DATA_EXCEPTION = "22"
_WORDS = re.compile(r"[A-Z][a-z]+")
_UNCHANGED = "mend the file; nothing of it was committed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where in a file; 1-based, in characters."""

    line: int
    column: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What was being done when something failed."""

    target: str
    version: str
    file: SqlFile
    #: does the server count positions in bytes?
    positions_in_bytes: bool = False


def place_of(statement: Statement, position: str | None, *, in_bytes: bool = False) -> Place:
    """Find the server's position (1-based, in the statement) in the file; without one, the first token."""
    if position is None:
        offset = skip_blank(statement.text, 0)
    elif in_bytes:
        offset = len(statement.text.encode()[: int(position) - 1].decode(errors="ignore"))
    else:
        offset = int(position) - 1
    before = statement.text[:offset]
    newline = before.rfind("\n")
    column = statement.column + offset if newline < 0 else offset - newline
    return Place(line=statement.line + before.count("\n"), column=column)


def quote(statement: Statement) -> str:
    """Return a statement's first words in one line."""
    words = " ".join(statement.text[skip_blank(statement.text, 0) :].split())
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"


def failure_of(attempt: Attempt, piece: Piece, error: psycopg.Error) -> BasculeError:
    """Turn what the server said about one piece of a transaction into our error."""
    if full := server_full(attempt.target, error):
        return full
    state = error.sqlstate or ""
    match piece.part:
        case Part.STATEMENT:
            return _statement_failed(attempt, piece, error)
        case Part.GUARD:
            return _guard_failed(attempt, piece, state)
        case Part.ROWS if state == _DIVISION_BY_ZERO:
            return _rows_came(attempt, piece.what)
        case Part.COMMIT:
            return _error(attempt, "at commit", error, code="sql-failed")
        case _:
            return _frame_failed(attempt, piece.part, error)


def server_full(target: str, error: psycopg.Error) -> Unavailable | None:
    """Say what a server ran out of: room, memory or connections; None: that is not it."""
    state = error.sqlstate or ""
    if state not in _SERVER_FULL:
        return None
    return Unavailable(
        f"target {target}: {error.diag.message_primary}",
        code=_SERVER_FULL[state],
        remedy=_MAKE_ROOM[state],
        target=target,
        sqlstate=state,
    )


def could_not_lock(
    attempt: Attempt, piece: Piece, state: str, blockers: tuple[Blocker, ...], *, tries: int
) -> Contention:
    """Say that the locks could not be had, and who held them: not the author's fault."""
    code = CONTENTION[state]
    relation = next((blocker.relation for blocker in blockers if blocker.relation), None)
    what = {
        "lock-timeout": f"no lock on {relation or 'what it changes'} within the time allowed",
        "deadlock": "it deadlocked with another session",
        "serialization": "it collided with another transaction",
    }[code]
    who = f"; held by {', '.join(map(str, blockers))}" if blockers else ""
    place = place_of(piece.statement, None) if piece.statement else None
    return Contention(
        f"{attempt.file.path}: {what}, {_times(tries)}{who}",
        code=code,
        remedy="end the session that holds the lock, or try again at a quieter time; nothing was committed",
        target=attempt.target,
        file=attempt.file.path,
        version=attempt.version,
        line=place.line if place else None,
        statement=quote(piece.statement) if piece.statement else None,
        sqlstate=state,
        tries=tries,
        relation=relation,
        holders=[str(blocker) for blocker in blockers],
    )


def _times(tries: int) -> str:
    return "1 try" if tries == 1 else f"{tries} tries"


def out_of_time(attempt: Attempt, seconds: float) -> TargetError:
    """Say that the time for one migration was over."""
    return TargetError(
        f"{attempt.file.path}: not finished within {seconds:g} s; it was stopped and nothing was committed",
        code="migration-timeout",
        remedy="split the migration, or move the long part out of it",
        target=attempt.target,
        file=attempt.file.path,
        version=attempt.version,
    )


def not_sendable(attempt: Attempt, statement: Statement, code: str, what: str, remedy: str) -> TargetError:
    """Say why a statement was not sent at all."""
    place = place_of(statement, None)
    return TargetError(
        f"{attempt.file.path}:{place.line}:{place.column}: {what}",
        code=code,
        remedy=remedy,
        target=attempt.target,
        file=attempt.file.path,
        version=attempt.version,
        line=place.line,
        column=place.column,
        sqlstate=None,
        statement=quote(statement),
    )


def _statement_failed(attempt: Attempt, piece: Piece, error: psycopg.Error) -> TargetError:
    assert piece.statement is not None
    position = error.diag.statement_position
    place = place_of(piece.statement, position, in_bytes=attempt.positions_in_bytes)
    if error.sqlstate == psycopg.errors.QueryCanceled.sqlstate:
        return _error(
            attempt,
            "stopped by the server: it ran longer than statement_timeout, or somebody cancelled it",
            error,
            code="statement-timeout",
            at=(piece.statement, place),
            remedy="make the statement shorter (batches, an index first), or raise the target's "
            "statement_timeout",
        )
    return _error(attempt, None, error, code="sql-failed", at=(piece.statement, place))


def _guard_failed(attempt: Attempt, piece: Piece, state: str) -> TargetError:
    assert piece.statement is not None
    what = {
        _DIVISION_BY_ZERO: "the statement left the transaction that it was run in",
        _ROLE_CHANGED: "the statement changed the role that the rest of the file would run as",
    }.get(state, "after this statement our own row could not be read any more")
    return not_sendable(
        attempt,
        piece.statement,
        "left-transaction" if state == _DIVISION_BY_ZERO else "changed-session",
        f"{what}; everything was undone",
        "take it out: a migration runs in one transaction, as the role that Bascule connects as",
    )


def _rows_came(attempt: Attempt, what: str) -> MigrationRefused:
    """Say that what was empty when it was counted is not any more."""
    return MigrationRefused(
        f"{attempt.file.path}: somebody has just written to {what}, which would go; nothing of it was done",
        code="rows-at-stake",
        remedy="look at what was written there, and undo it as a person",
        rows=[what],
        target=attempt.target,
        version=attempt.version,
    )


def _frame_failed(attempt: Attempt, part: Part, error: psycopg.Error) -> BasculeError:
    """Explain what went wrong with our own statements."""
    state, target = error.sqlstate or "", attempt.target
    if state == psycopg.errors.ReadOnlySqlTransaction.sqlstate and part is Part.FENCE:
        return read_only(target)
    if part in (Part.SESSION, Part.FENCE) and state in (_DIVISION_BY_ZERO, *_FENCE_GONE):
        return Stale(
            f"target {target}: somebody else has taken over; nothing of {attempt.file.path} was committed",
            target=target,
            version=attempt.version,
        )
    if part is Part.HISTORY and state == psycopg.errors.UniqueViolation.sqlstate:
        return Unavailable(
            f"target {target}: version {attempt.version} is in the history by now; somebody else applied it",
            code="history-moved",
            target=target,
            version=attempt.version,
        )
    if part is Part.HISTORY and state == _DIVISION_BY_ZERO:
        return _error(attempt, "the history has no row of this version", error, code="not-in-history")
    if state == psycopg.errors.InsufficientPrivilege.sqlstate:
        return ConfigurationError(
            f"target {target}: {error.diag.message_primary}",
            code="missing-right",
            remedy=f"run: bascule adopt {target}; it names the missing rights with the SQL that grants them",
            target=target,
            sqlstate=state,
        )
    return _error(attempt, None, error, code="sql-failed")


def _primary(error: psycopg.Error) -> str | None:
    """Return the server's words; for bad data only the condition's name, for the words quote the value."""
    if (error.sqlstate or "").startswith(_DATA_EXCEPTION):
        return " ".join(_WORDS.findall(type(error).__name__)).lower()
    return error.diag.message_primary


def _error(
    attempt: Attempt,
    what: str | None,
    error: psycopg.Error,
    *,
    code: str,
    at: tuple[Statement, Place] | None = None,
    remedy: str = _UNCHANGED,
) -> TargetError:
    diag, path = error.diag, attempt.file.path
    words = ": ".join(part for part in (what, _primary(error)) if part)
    detail = diag.message_detail if (error.sqlstate or "").startswith(_DETAILS_WITHOUT_VALUES) else None
    where = f"{path}:{at[1].line}:{at[1].column}" if at else path
    return TargetError(
        f"{where}: {words or str(error)}",
        code=code,
        remedy=f"{diag.message_hint}; {remedy}" if diag.message_hint else remedy,
        target=attempt.target,
        file=path,
        version=attempt.version,
        line=at[1].line if at else None,
        column=at[1].column if at else None,
        sqlstate=error.sqlstate,
        statement=quote(at[0]) if at else None,
        detail=detail,
    )
