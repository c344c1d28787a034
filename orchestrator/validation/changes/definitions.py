"""Columns and constraints as an author writes them."""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.shape import Name
from orchestrator.validation.expression import Expression


class ConstraintKind(StrEnum):
    """What a constraint demands."""

    NOT_NULL = "not null"
    UNIQUE = "unique"
    PRIMARY_KEY = "primary key"
    FOREIGN_KEY = "foreign key"
    CHECK = "check"
    EXCLUDE = "exclude"


@dataclass(frozen=True, kw_only=True, slots=True)
class Constraint:
    """A constraint, written beside a column or by itself."""

    kind: ConstraintKind
    offset: int
    #: None where PostgreSQL chooses it
    name: str | None = None
    columns: tuple[str, ...] = ()
    references: Name | None = None
    #: empty: the primary key
    referenced_columns: tuple[str, ...] = ()
    #: "CASCADE", "SET NULL", "NO ACTION" …; None when ON DELETE is not said
    on_delete: str | None = None
    condition: Expression | None = None
    not_valid: bool = False
    #: False for NOT ENFORCED: nobody looks at rows
    enforced: bool = True
    #: an index that it takes over
    using_index: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ColumnDefinition:
    """A column as CREATE TABLE and ADD COLUMN write it."""

    name: str
    #: "serial", "bigserial" and "smallserial" stay what they are
    type: str
    offset: int
    constraints: tuple[Constraint, ...] = ()
    default: Expression | None = None
    identity: bool = False
    #: "stored", "virtual" or None
    generated: str | None = None

    def has(self, kind: ConstraintKind) -> bool:
        """Tell whether it bears a constraint of this kind."""
        return any(constraint.kind is kind for constraint in self.constraints)
