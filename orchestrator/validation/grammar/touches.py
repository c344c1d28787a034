"""What a statement does to rows: the words in which touching.py tells it."""

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import Verb


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY … FROM."""

    #: 0-based, in characters of the statement; 0 in a block
    offset: int
    verb: Verb
    table: Name
    #: whether rows may be added
    adds: bool = False
    #: columns of rows that are there which are set
    sets: tuple[str, ...] = ()
    #: whether rows may be removed
    removes: bool = False
    #: whether those are all there are
    every: bool = False
    #: TRUNCATE … CASCADE
    cascade: bool = False
    #: of INSERT: the columns that it names …
    columns: tuple[str, ...] = ()
    #: … and its rows, where they are constants and cannot have been there before
    given: tuple[tuple[str | None, ...], ...] = ()
    #: whether it asks for the default of a column by that word
    defaults: bool = False
    #: of DELETE and UPDATE: which rows, where WHERE compares columns with nothing but constants
    named: tuple[Mapping[str, frozenset[str]], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """The position of a sequence is set: setval, RESTART."""

    offset: int
    #: the sequence; None where nobody knows which it is
    sequence: Name | None = None
    #: the table that it numbers, where that is what is written
    table: Name | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Relations whose query is run: one of them may be a view that calls functions."""

    offset: int
    names: frozenset[Name]


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """A function that is called."""

    offset: int
    name: Name
    #: its first argument, where it is a string constant
    argument: str | None = None
    #: whether it is what a SELECT, PERFORM or CALL is for
    alone: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Converted:
    """ALTER COLUMN … TYPE … USING."""

    offset: int
    table: Name
    column: str
    #: the new one
    type: str
    #: which types the column is cast to, one after the other; None: more than casts
    casts: tuple[str, ...] | None = None
    #: AT TIME ZONE 'UTC', and nothing else
    in_utc: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hidden:
    """SQL that nobody can read beforehand."""

    offset: int
    #: "EXECUTE in a DO block"
    what: str
    may: str = "may change rows"


Touch = Rows | Called | Converted | Hidden | Moved | Asked
