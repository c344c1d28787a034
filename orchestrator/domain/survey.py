"""What a look at a target tells the rules before anything changes: shape, sizes, who is busy there."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator.domain.shape import Name, Shape


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How much a table holds, as the statistics tell it."""

    #: n_live_tup or reltuples, whichever is known; an estimate
    rows: int
    #: the table itself with TOAST, without its indexes
    bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LongTransaction:
    """Somebody's transaction that has been open for long: a lock that we want may wait for it."""

    pid: int
    #: application_name, or the user's name where it is empty
    who: str
    #: for at least so long; 0 where our role may not see since when (another role's, without pg_monitor)
    seconds: float
    #: tables that it holds a lock on
    tables: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """One look at one target. Nothing in it is the content of a row."""

    target: str
    server_major: int
    shape: Shape
    #: of ordinary and partitioned tables and materialized views (partitioned: its partitions together); one
    #: that is missing may hold any amount: nothing is known of it
    sizes: Mapping[Name, Size] = field(default_factory=dict)
    long_transactions: tuple[LongTransaction, ...] = ()
    #: those of anon, authenticated and service_role that exist
    api_roles: frozenset[str] = frozenset()
