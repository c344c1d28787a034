"""The matrix: who may do what with every exposed relation."""

from dataclasses import dataclass
from enum import StrEnum


class Command(StrEnum):
    """What an identity tries."""

    SELECT = "select"
    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


class CellResult(StrEnum):
    """What the database said."""

    ALLOW = "allow"
    DENY = "deny"
    #: the statement cannot even be planned; the SQLSTATE says why
    ERROR = "error"
    #: not asked; the reason says why. Never counted as passed
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One identity, one command, one relation."""

    identity: str
    command: Command
    result: CellResult
    sqlstate: str | None = None
    #: the server's words for an error, the reason for unknown
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExposedRelation:
    """A relation of an exposed schema that an API role holds some privilege on."""

    #: qualified and quoted as PostgreSQL would: public.orders
    name: str
    #: pg_class.relkind
    kind: str
    #: row level security is switched on (for a view: security_invoker)
    row_security: bool
    #: policies that exist on it
    policies: int
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """All exposed relations of a target at one moment, by name."""

    relations: tuple[ExposedRelation, ...] = ()
