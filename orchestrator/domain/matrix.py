"""The matrix: who may do what with every exposed relation."""

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.domain.added_identity import UnfitIdentity


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


class Basis(StrEnum):
    """What an allow or a deny rests on."""

    #: allow: nothing limits the rows
    EVERY_ROW = "every-row"
    #: allow: the rows that policies, or a view's own conditions, let through
    LIMITED = "limited"
    #: deny: the privilege is missing
    NO_GRANT = "no-grant"
    #: deny: the privilege is missing although a policy names this role
    FORGOTTEN_GRANT = "forgotten-grant"
    #: deny: row security is on and no policy admits this role
    NO_POLICY = "no-policy"
    #: deny: policies admit this role, and let none of the made-up rows through
    NO_ROW = "no-row"
    #: deny: by something that a policy or a view reads
    INSIDE = "inside"


@dataclass(frozen=True, kw_only=True, slots=True)
class Through:
    """What one policy lets through by itself."""

    policy: str
    #: labels of rows
    rows: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Climb:
    """What a user may write somewhere else, and reaches more rows by it."""

    #: where it is written, qualified and quoted
    relation: str
    #: what is written, in words: "sets is_admin to true in their own row of public.profiles"
    how: str
    #: by which command
    command: Command
    #: it gives no standing: whoever adds an ordinary row of the own is a member, or a customer
    is_joining: bool = False
    #: a trigger, which kept still meanwhile, speaks of what is written and may forbid it
    may_be_guarded: bool = False
    #: the columns by which it gives more
    columns: tuple[str, ...] = ()
    #: those that the user may change, keys left out
    may_change: tuple[str, ...] = ()
    #: labels of the rows that are reached only afterwards
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """Which made-up rows one identity reached by one command; each row bears a label.

    Its letter says whose it is. "B (status published)" bears values that policies ask for, B1 belongs to
    such a row, B to none.
    """

    #: its own rows that it tried to reach, and those of strangers
    tried_own: tuple[str, ...] = ()
    tried_others: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    #: where several policies admit the identity: which of them lets rows of strangers through by itself
    through: tuple[Through, ...] = ()
    #: columns by which it could make its own row a stranger's
    hands_over: tuple[str, ...] = ()
    #: what it could write into tables that policies look into, to reach more
    climbs: tuple[Climb, ...] = ()
    #: what went wrong with a row, other than being denied
    sqlstates: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One identity, one command, one relation."""

    identity: str
    command: Command
    result: CellResult
    sqlstate: str | None = None
    #: the server's words for an error or a deny, the reason for unknown
    reason: str | None = None
    #: None for an error and for unknown
    basis: Basis | None = None
    #: what was shown with made-up rows; None: none were made up, or there was nothing to find out by them
    reach: Reach | None = None
    #: of an identity that the settings add, its role; empty: the name says which
    role: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One policy, as the server prints it."""

    name: str
    #: None: every command
    command: Command | None
    permissive: bool
    #: "public" stands for everybody
    roles: tuple[str, ...]
    using: str | None = None
    check: str | None = None
    #: what people say of it; it decides nothing, so two policies that differ in it alone are the same
    comment: str | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeUpRow:
    """A row that was made up and is gone again."""

    #: as it stands in Reach
    label: str
    #: its key, and the columns that say whose it was: "id -3, owner 0b5c01e0-…"
    told: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExposedRelation:
    """A relation of an exposed schema, whether an API role may use it or not."""

    #: qualified and quoted as PostgreSQL would: public.orders
    name: str
    #: pg_class.relkind
    kind: str
    #: row level security is switched on (for a view: security_invoker)
    row_security: bool
    #: names of the policies that exist on it, in alphabetical order
    policies: tuple[str, ...] = ()
    #: the same, whole; those that were written before this was asked for have none
    policies_in_full: tuple[Policy, ...] = ()
    #: the partitioned table that it is a partition of
    partition_of: str | None = None
    #: for a view that runs as its owner and for a materialized view: the relations whose rows it shows in
    #: spite of their row security
    bypasses: tuple[str, ...] = ()
    #: its rows are somebody's: they name a user, or something that users are members of
    owned: bool = False
    #: a new row takes nothing from anybody: only other tables' rows make it somebody's, as members a team
    founded: bool = False
    #: its columns that hold the id of the user whose row it is; only where rows were made up
    user_columns: tuple[str, ...] = ()
    #: the made-up rows that somebody reached who is not their owner
    made_up: tuple[MadeUpRow, ...] = ()
    #: why no rows could be made up for it; empty: they were, or nobody wanted any
    unseeded: str = ""
    #: a command that the relation can never carry out has no cell
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice:
    """Something that a lint noticed in the catalog. Rule, object and key say which one it is."""

    #: the lint's id, e.g. "policy-row-function"
    rule: str
    #: qualified and quoted as PostgreSQL would: public.orders, public.total(bigint)
    object: str
    #: what is wrong, without the object's name
    detail: str
    remedy: str
    #: tells several notices about one object apart
    key: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ExposedFunction:
    """A function of an exposed schema that runs as its owner."""

    #: with its arguments' types, as a notice names it: public.total(bigint)
    name: str
    #: relations that its body names
    reads: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matrix:
    """All exposed relations of a target at one moment, by name."""

    relations: tuple[ExposedRelation, ...] = ()
    #: what the lints noticed; those that were written before there were lints have none
    notices: tuple[Notice, ...] = ()
    #: functions that run as their owner, by name
    functions: tuple[ExposedFunction, ...] = ()
    #: identities of the settings that could not be asked as they are meant
    unfit: tuple[UnfitIdentity, ...] = ()
