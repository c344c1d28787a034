"""Functions, triggers, views, and code that nobody can read beforehand."""

from dataclasses import dataclass

from orchestrator.domain.shape import Name
from orchestrator.validation.changes.change import Change, TableChange
from orchestrator.validation.expression import Expression


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateFunction(Change):
    """CREATE FUNCTION and CREATE PROCEDURE."""

    name: Name
    language: str
    arguments: tuple[str, ...] = ()
    returns: str = ""
    security_definer: bool = False
    #: names of SET clauses, in lower case
    settings: frozenset[str] = frozenset()
    or_replace: bool = False
    #: what stands between the quotes; None for BEGIN ATOMIC and object files
    body: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AlterFunction(Change):
    """ALTER FUNCTION: None is what it leaves as it is."""

    name: Name
    security_definer: bool | None = None
    settings: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateTrigger(TableChange):
    """CREATE TRIGGER."""

    name: str
    timing: str
    events: frozenset[str]
    function: Name
    or_replace: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateRule(TableChange):
    """CREATE RULE."""

    name: str
    #: INSERT, UPDATE, DELETE or SELECT
    event: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CreateView(Change):
    """CREATE VIEW and CREATE MATERIALIZED VIEW."""

    view: Name
    query: Expression
    materialized: bool = False
    or_replace: bool = False
    if_not_exists: bool = False
    temporary: bool = False
    security_invoker: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Unseen(Change):
    """SQL that is made up while it runs, or hidden where no reader looks: EXECUTE, another language."""

    what: str
