"""An extension whose functions land in a schema that the API shows."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import CreateObject
from orchestrator.validation.extensions import shown_schema, well_written
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

#: every Supabase project has them, in a schema of their own
_SHIPPED = frozenset({"pg_stat_statements", "pgcrypto", "uuid-ossp"})


def check(moment: Moment[CreateObject]) -> Iterator[Finding]:
    """Report an extension that goes, by word or by search path, where the API looks."""
    change = moment.change
    name = change.name.name
    if change.kind != "extension" or (change.if_not_exists and _is_there(name, moment)):
        return
    schema = shown_schema(moment)
    if schema is not None:
        yield moment.finding(
            RULE, f"The extension {name} goes into the schema {schema}", remedy=well_written(moment)
        )


def _is_there(name: str, moment: Moment[CreateObject]) -> bool:
    return name in moment.world.extensions or (not moment.world.whole and name in _SHIPPED)


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="An extension goes into a schema that the API shows",
    effect="The API offers its functions to every client, and its names stand among your own",
    remedy="create extension if not exists … with schema extensions",
    check=check,
    looks_at=(CreateObject,),
)
