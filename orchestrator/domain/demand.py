"""What a statement demands of the rows that a table holds already."""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.shape import Name


class DemandKind(StrEnum):
    """What rows have to satisfy."""

    UNIQUE = "unique"
    FOREIGN_KEY = "foreign-key"
    CHECK = "check"
    NOT_NULL = "not-null"
    #: no two rows that conflict by its operators: EXCLUDE, WITHOUT OVERLAPS
    EXCLUDE = "exclude"
    #: a new column that must have a value and is given none
    NEW_COLUMN = "new-column"
    #: a column's values have to become values of another type
    TYPE = "type"
    #: a constraint that exists already, by name; the catalog knows the rest
    VALIDATE = "validate"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewColumn:
    """A column that the same statement adds: rows get it with a value of its own."""

    name: str
    #: as SQL
    type: str
    #: its default or what generates it, as SQL; None: NULL
    value: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Demand:
    """One condition that a statement puts on the rows of a table. Whatever is SQL is the author's own."""

    kind: DemandKind
    table: Name
    #: 0-based, in characters: where in the statement's text it is put
    offset: int = 0
    #: of the constraint or index; None where PostgreSQL chooses it
    name: str | None = None
    #: names of columns
    columns: tuple[str, ...] = ()
    #: what is unique or excluded, as SQL: columns and expressions
    keys: tuple[str, ...] = ()
    #: of EXCLUDE: for each key the operator by which two rows conflict
    operators: tuple[str, ...] = ()
    #: NULLS NOT DISTINCT
    nulls_equal: bool = False
    #: of a partial index: the rows that it is about; of a check: what must not be false; as SQL
    condition: str | None = None
    references: Name | None = None
    #: empty: the primary key
    referenced_columns: tuple[str, ...] = ()
    #: MATCH FULL: of several columns either all or none are NULL
    match_full: bool = False
    #: of PRIMARY KEY USING INDEX: the index whose columns must not be NULL; the catalog knows them
    index: str | None = None
    #: of a change of type: the new one, as SQL
    type: str | None = None
    #: of a change of type: its length, or its precision and scale
    modifiers: tuple[int, ...] = ()
    #: of a change of type: the expression after USING, as SQL; None: an assignment cast
    using: str | None = None
    #: USING is nothing but a cast of the column itself to the new type
    plain_cast: bool = False
    #: about rows of the table itself only, not of those that inherit from it: ONLY, NO INHERIT
    only: bool = False
    #: set where the condition is about a column that is added in the same breath
    new_column: NewColumn | None = None
    #: IF NOT EXISTS: nothing is demanded where an index of this name is there
    if_not_exists: bool = False
