"""Tables, their columns, constraints and indexes."""

from dataclasses import dataclass

from orchestrator.domain.shape import Name
from orchestrator.validation.changes.change import Change, TableChange
from orchestrator.validation.changes.definitions import ColumnDefinition, Constraint
from orchestrator.validation.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateTable(Change):
    """CREATE TABLE, CREATE TABLE AS and CREATE FOREIGN TABLE."""

    table: Name
    columns: tuple[ColumnDefinition, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    if_not_exists: bool = False
    temporary: bool = False
    foreign: bool = False
    partitioned: bool = False
    #: INHERITS or PARTITION OF
    parents: tuple[Name, ...] = ()
    is_partition: bool = False
    #: LIKE
    like: tuple[Name, ...] = ()
    #: AS
    query: Expression | None = None
    #: OF: its columns are those of a composite type
    of_type: Name | None = None

    def all_constraints(self) -> tuple[Constraint, ...]:
        """Return those of the table and those beside its columns."""
        return (*self.constraints, *(one for column in self.columns for one in column.constraints))


@dataclass(frozen=True, kw_only=True, slots=True)
class AddColumn(TableChange):
    """ADD COLUMN."""

    column: ColumnDefinition
    if_not_exists: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class DropColumn(TableChange):
    """DROP COLUMN."""

    column: str
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class AlterColumnType(TableChange):
    """ALTER COLUMN TYPE."""

    column: str
    type: str
    using: Expression | None = None
    #: USING is nothing but a cast of the column itself to the new type
    plain_cast: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetNotNull(TableChange):
    """SET NOT NULL and DROP NOT NULL."""

    column: str
    not_null: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SetDefault(TableChange):
    """SET DEFAULT; without a default: DROP DEFAULT."""

    column: str
    default: Expression | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AddConstraint(TableChange):
    """ADD CONSTRAINT."""

    constraint: Constraint


@dataclass(frozen=True, kw_only=True, slots=True)
class DropConstraint(TableChange):
    """DROP CONSTRAINT."""

    name: str
    if_exists: bool = False
    cascade: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidateConstraint(TableChange):
    """VALIDATE CONSTRAINT."""

    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class SetRowSecurity(TableChange):
    """ENABLE and DISABLE ROW LEVEL SECURITY."""

    enabled: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ForceRowSecurity(TableChange):
    """FORCE and NO FORCE ROW LEVEL SECURITY."""

    forced: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SetOptions(TableChange):
    """SET (…) and RESET (…) of a table, view or index: names in lower case; None when reset."""

    options: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AttachPartition(TableChange):
    """ATTACH PARTITION."""

    partition: Name


@dataclass(frozen=True, kw_only=True, slots=True)
class AlterTable(TableChange):
    """Any other command, by its words: "OWNER TO", "SET TABLESPACE", "DISABLE TRIGGER" …."""

    command: str
    #: of DISABLE and ENABLE TRIGGER the trigger, of DETACH PARTITION the partition, of OWNER TO the role
    what: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateIndex(TableChange):
    """CREATE INDEX."""

    #: None where PostgreSQL chooses it
    name: str | None
    #: None stands for an expression
    columns: tuple[str | None, ...]
    method: str
    unique: bool = False
    concurrently: bool = False
    if_not_exists: bool = False
    partial: bool = False
    #: columns and calls of expressions and predicate
    expression: Expression | None = None
