"""What a statement that runs outside a transaction makes or takes away; pure."""

from dataclasses import dataclass
from typing import Final

from orchestrator.adapters.postgres.target.failure import Attempt, not_sendable
from orchestrator.adapters.postgres.target.sendable import first_words
from orchestrator.validation.alone import STANDS_ALONE
from orchestrator.validation.changes import AlterTable, CreateIndex, Drop
from orchestrator.validation.grammar.parser import parse
from orchestrator.validation.spelling import spelled
from orchestrator.validation.split import Statement

#: a block or a procedure that commits by itself: whether it came to its end can only be known from its answer
UNKNOWN: Final = "a statement that commits"
#: these end with the transaction that they stand in
_OF_A_TRANSACTION: Final = frozenset({"local", "transaction", "constraints"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What is written down of a statement before it runs."""

    #: its first words; empty: none is about to run
    statement: str
    #: the table of the index, the index to drop, or the partitioned table, as SQL
    relation: str = ""
    #: of the index to make, or of the partition
    name: str = ""


def subject_of(attempt: Attempt, statement: Statement) -> Subject | None:
    """Say what to write down; None: a transaction can hold the statement.

    Raises TargetError for a statement of which nobody could tell after a crash what became of it.
    """
    parsed = parse(statement.text)
    words = parsed.runs_alone
    if words is None:
        return None
    if words not in STANDS_ALONE:
        raise not_sendable(
            attempt,
            statement,
            "not-transactional",
            f"{words} cannot run inside a transaction, nor be repeated outside one",
            "run it by hand, outside the migrations",
        )
    match next(iter(parsed.changes), None):
        case CreateIndex(name=None):
            raise not_sendable(
                attempt,
                statement,
                "index-unnamed",
                "an index that is built outside a transaction needs a name, to be found again after a crash",
                "write a name behind CONCURRENTLY",
            )
        case CreateIndex(table=table, name=name) if name is not None:
            return Subject(statement=words, relation=spelled(table), name=name)
        case Drop(name=index):
            return Subject(statement=words, relation=spelled(index))
        case AlterTable(table=table, what=partition):
            return Subject(statement=words, relation=spelled(table), name=partition or "")
        case _:
            return Subject(statement=words)


def is_setting(statement: Statement) -> bool:
    """Tell whether it changes nothing but how the session goes on."""
    match first_words(statement.text):
        case ("set", second, *_):
            return second not in _OF_A_TRANSACTION
        case (first, *_):
            return first == "reset"
    return False
