"""A constraint of a domain: the rows of every table that uses it are checked."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation.changes import AddDomainConstraint
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_WITH_ROWS = frozenset({TableKind.TABLE, TableKind.PARTITIONED})


def check(moment: Moment[AddDomainConstraint]) -> Iterator[Finding]:
    """Report each table that is known to use the domain and was there before."""
    change = moment.change
    if change.not_valid or change.guarded:
        return
    spellings = {str(moment.world.would_be(change.domain)), str(change.domain)}
    for table in _using(spellings, moment):
        message = f"Every row of {table} is checked against the domain {change.domain} while none is written"
        yield moment.finding(RULE, message, about=table)


def _using(spellings: set[str], moment: Moment[AddDomainConstraint]) -> Iterator[Name]:
    for table in moment.world.tables.values():
        if table.kind in _WITH_ROWS and not moment.world.is_fresh(table.name) and _uses(table, spellings):
            yield table.name


def _uses(table: Table, spellings: set[str]) -> bool:
    return not table.parents and any(column.type in spellings for column in table.columns.values())


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A domain that tables use gets a constraint, without NOT VALID",
    effect="Writes to all these tables wait while every row is checked",
    remedy="Add a CHECK with NOT VALID here, and ALTER DOMAIN … VALIDATE CONSTRAINT in a later migration",
    check=check,
    looks_at=(AddDomainConstraint,),
    hazard=Hazard(blocks=Blocks.WRITES, work=Work.SCAN),
)
