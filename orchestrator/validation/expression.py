"""What rules need to know of an expression or a query: what it calls, reads, compares and spells out.

Offsets are 0-based, in characters of the statement's text.
"""

from dataclasses import dataclass

from orchestrator.domain.shape import Name


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A function that is called."""

    name: Name
    offset: int
    #: whether it stands in a sub-select without FROM, which the planner evaluates once: (select auth.uid())
    once: bool
    #: its arguments that are string constants, in order; None for others
    arguments: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnUse:
    """A column that is mentioned."""

    #: the table or alias in front of it, if any
    table: str | None
    name: str
    #: whether it stands inside a sub-select
    inner: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal:
    """A string constant."""

    text: str
    offset: int
    #: the type that it is cast to, as format_type writes it: 'a'::public.mood
    cast: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Constant:
    """A string constant or a comment, wherever it stands in a statement."""

    #: without its quotes; a comment with its signs
    text: str
    offset: int
    #: where its text begins, behind the quote
    start: int
    #: the token in front of it, in lower case: PASSWORD 'x'
    behind: str = ""
    is_comment: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Equality:
    """A column that is compared with a constant: status = 'paid', id in (1, 2)."""

    #: the table or alias in front of the column, if any
    table: str | None
    column: str
    value: str
    #: of the constant
    offset: int
    is_number: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Expression:
    """An expression, or a whole query, taken apart."""

    calls: tuple[Call, ...] = ()
    columns: tuple[ColumnUse, ...] = ()
    literals: tuple[Literal, ...] = ()
    equalities: tuple[Equality, ...] = ()
    #: relations that it reads, without its own WITH names
    reads: frozenset[Name] = frozenset()
    #: True or False when it comes to that whatever the row: true, 1 = 1, not false, a or true
    constant: bool | None = None
    #: whether it is true for whoever is signed in, whatever the row: auth.uid() is not null
    signed_in: bool = False


NOTHING = Expression()
