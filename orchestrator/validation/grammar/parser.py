"""Ask PostgreSQL's own grammar (that of version 18) what one statement is.

A thin adapter over postgast: no node of its tree leaves this module, and offsets are in characters.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

import postgast
from google._upb import _message as upb
from google.protobuf.message import DecodeError
from postgast import pg_query_pb2 as pg

from orchestrator.validation.changes import Change
from orchestrator.validation.grammar.body_faults import fault_in_body, holds_code
from orchestrator.validation.grammar.fault import Fault
from orchestrator.validation.grammar.nesting import MOST_LEVELS, nests_too_deeply
from orchestrator.validation.grammar.nodes import Source
from orchestrator.validation.grammar.reading import changes_of
from orchestrator.validation.grammar.runs_alone import runs_alone

# Without this the tree of `a || b || …` with 50 parts is refused by protobuf as too deep, although it is
# good SQL. There is no public switch. How deep a tree may be is bounded by nests_too_deeply.
upb.SetAllowOversizeProtos(True)

K = TypeVar("K")

_TOO_DEEP: Final = f"nested deeper than {MOST_LEVELS} levels"


class Control(StrEnum):
    """A statement that begins or ends a transaction. Savepoints do neither."""

    #: BEGIN or START TRANSACTION without further words
    BEGIN = "BEGIN"
    #: COMMIT or END without further words
    COMMIT = "COMMIT"
    #: any other: with an isolation level, AND CHAIN, ROLLBACK, PREPARE TRANSACTION …
    OTHER = "OTHER"


def _no_fault() -> Fault | None:
    return None


@dataclass(frozen=True, slots=True)
class Known(Generic[K]):
    """Gives what was worked out before."""

    value: K

    def __call__(self) -> K:
        """Return it."""
        return self.value


@dataclass(frozen=True, kw_only=True)
class Parsed:
    """One statement as the grammar reads it; a statement of comments has neither kind nor fault."""

    fault: Fault | None = None
    control: Control | None = None
    #: its first words when PostgreSQL refuses it inside a transaction, e.g. "VACUUM"
    runs_alone: str | None = None
    #: COPY … FROM STDIN: what follows in the file is data
    copies_from_stdin: bool = False
    #: ROLLBACK TO SAVEPOINT: which of the statements before it are undone is not followed
    undoes: bool = False
    #: gives what the statement does; asked once, by `changes`
    read: Callable[[], tuple[Change, ...]] = field(default=tuple, repr=False, compare=False)
    #: finds what PL/pgSQL or the grammar refuse in a body of code; asked once, by `body_fault`
    look_into: Callable[[], Fault | None] = field(default=_no_fault, repr=False, compare=False)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """What the statement does, in our own words; read when a rule first asks."""
        return self.read()

    @cached_property
    def body_fault(self) -> Fault | None:
        """Why the body of a function or a DO block cannot be read, where that is certain."""
        return self.look_into()

    def read_already(self) -> "Parsed":
        """Return the same with all of it read and the tree forgotten: fit for another process."""
        return replace(self, read=Known(self.changes), look_into=Known(self.body_fault))


def parse(text: str, *, may_be_new: bool = True) -> Parsed:
    """Read one statement (if there are several, the first counts). Never raises for any text.

    Without `may_be_new` nothing that only newer servers understand is looked for.
    """
    if "\0" in text:
        return _faulty("a NUL character", text.index("\0"))
    if nests_too_deeply(text):
        return _faulty(_TOO_DEEP, 0)
    try:
        statements = postgast.parse(text).stmts
    except postgast.PgQueryError as error:
        # libpg_query counts characters here, although it counts bytes in its trees
        return _faulty(error.message, min(max(error.cursorpos - 1, 0), len(text)))
    except DecodeError:
        return _faulty(_TOO_DEEP, 0)
    return _read(statements[0].stmt, text, may_be_new=may_be_new) if statements else Parsed()


def _faulty(message: str, offset: int) -> Parsed:
    return Parsed(fault=Fault(message=message, offset=offset))


def _read(statement: Any, text: str, *, may_be_new: bool) -> Parsed:  # noqa: ANN401  # a generated class
    kind = statement.WhichOneof("node")
    node, source = getattr(statement, kind), Source(text)
    return Parsed(
        control=_control(node) if kind == "transaction_stmt" else None,
        runs_alone=runs_alone(kind, node),
        copies_from_stdin=kind == "copy_stmt" and node.is_from and not node.filename and not node.is_program,
        undoes=kind == "transaction_stmt" and node.kind == pg.TRANS_STMT_ROLLBACK_TO,
        read=lambda: changes_of(statement, source, may_be_new=may_be_new),
        look_into=(lambda: fault_in_body(kind, node, source)) if holds_code(kind) else _no_fault,
    )


def _control(node: Any) -> Control | None:  # noqa: ANN401  # as above
    match node.kind:
        case pg.TRANS_STMT_SAVEPOINT | pg.TRANS_STMT_RELEASE | pg.TRANS_STMT_ROLLBACK_TO:
            return None
        case pg.TRANS_STMT_BEGIN | pg.TRANS_STMT_START if not node.options:
            return Control.BEGIN
        case pg.TRANS_STMT_COMMIT if not node.chain:
            return Control.COMMIT
        case _:
            return Control.OTHER
