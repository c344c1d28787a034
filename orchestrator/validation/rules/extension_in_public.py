"""An extension whose functions land in a schema that the API shows."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import CreateObject
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

#: they say themselves where they go
_AT_HOME = frozenset(
    {
        "pg_cron",
        "pg_graphql",
        "pg_tle",
        "pgmq",
        "pgsodium",
        "plpgsql",
        "postgis_tiger_geocoder",
        "postgis_topology",
        "supabase_vault",
    }
)
#: every Supabase project has them, in a schema of their own
_SHIPPED = frozenset({"pg_stat_statements", "pgcrypto", "uuid-ossp"})


def check(moment: Moment[CreateObject]) -> Iterator[Finding]:
    """Report an extension that goes, by word or by search path, where the API looks."""
    change = moment.change
    name = change.name.name
    if change.kind != "extension" or name in _AT_HOME or (change.if_not_exists and _is_there(name, moment)):
        return
    schema = change.schema or moment.world.would_be(Name(None, name)).schema
    if schema is not None and moment.exposed(Name(schema, "")):
        guard = "if not exists " if change.if_not_exists else ""
        yield moment.finding(
            RULE,
            f"The extension {name} goes into the schema {schema}",
            remedy=f'create extension {guard}"{name}" with schema extensions',
        )


def _is_there(name: str, moment: Moment[CreateObject]) -> bool:
    return name in moment.world.extensions or (not moment.world.whole and name in _SHIPPED)


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="An extension goes into a schema that the API shows",
    effect="The API offers its functions to every client, and its names stand among your own",
    remedy="create extension … with schema extensions",
    check=check,
    looks_at=(CreateObject,),
)
