"""Where an extension goes, and how to write that it goes where the API does not look."""

from typing import Final

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import CreateObject
from orchestrator.validation.moment import Moment
from orchestrator.validation.spelling import spelled

#: they say themselves where they go
_AT_HOME: Final = frozenset(
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


def shown_schema(moment: Moment[CreateObject]) -> str | None:
    """Return the schema that an extension goes to, by word or by search path, if the API shows it."""
    name = moment.change.name.name
    if name in _AT_HOME:
        return None
    schema = moment.change.schema or moment.world.would_be(Name(None, name)).schema
    return schema if schema is not None and moment.exposed(Name(schema, "")) else None


def well_written(moment: Moment[CreateObject]) -> str:
    """Write the statement as it should be: it may run again, and the API shows nothing of it."""
    schema = "extensions" if shown_schema(moment) else moment.change.schema
    place = f" with schema {spelled(Name(None, schema))}" if schema else ""
    return f"create extension if not exists {spelled(moment.change.name)}{place}"
