"""Rows, settings of the session, and maintenance."""

from dataclasses import dataclass
from enum import StrEnum

from orchestrator.domain.shape import Name
from orchestrator.validation.changes.change import Change, TableChange
from orchestrator.validation.expression import Expression


class Verb(StrEnum):
    """What is done to rows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"
    MERGE = "merge"
    TRUNCATE = "truncate"
    COPY = "copy"


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRows(TableChange):
    """INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY … FROM."""

    verb: Verb
    has_where: bool = False
    #: columns that are named as written to
    columns: tuple[str, ...] = ()
    #: TRUNCATE … CASCADE
    cascade: bool = False
    #: of UPDATE and DELETE
    where: Expression | None = None
    #: of INSERT … SELECT from somewhere
    query: Expression | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallFunction(Change):
    """SELECT f(…) and CALL p(…): whatever the function does, it does now."""

    name: Name


@dataclass(frozen=True, kw_only=True, slots=True)
class SetSetting(Change):
    """SET, RESET, and a call of set_config."""

    #: in lower case; "all" for RESET ALL
    name: str
    #: None when reset, or when no constant
    value: str | None
    #: SET LOCAL: until the transaction ends
    local: bool
    reset: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class SetLastingSetting(Change):
    """ALTER ROLE … SET and ALTER DATABASE … SET: what later sessions begin with."""

    #: in lower case
    name: str
    #: None when no constant
    value: str | None
    #: whose sessions: "role authenticator", "every role", "database postgres"
    scope: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Maintain(Change):
    """VACUUM FULL, CLUSTER, REINDEX, REFRESH MATERIALIZED VIEW, LOCK TABLE: work that locks a table."""

    #: its first words
    command: str
    table: Name | None
    #: REFRESH … CONCURRENTLY, REINDEX … CONCURRENTLY
    concurrently: bool = False
    #: REINDEX INDEX: `table` is the index
    of_index: bool = False
    #: of LOCK TABLE: "ACCESS EXCLUSIVE", "SHARE" …
    mode: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature(Change):
    """Something that only newer servers understand."""

    words: str
    since_major: int
    #: the function's name as it is written, where it is one: a database may have its own of that name
    function: str | None = None
