"""A schema or an extension that may be there already."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import CreateObject
from orchestrator.validation.extensions import well_written
from orchestrator.validation.makings import Making, is_there
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_KINDS = frozenset({"schema", "extension"})
#: what a new project of Supabase has from the beginning
_SHIPPED = {
    "schema": frozenset(
        {"auth", "storage", "realtime", "extensions", "vault", "graphql", "graphql_public", "public"}
    ),
    "extension": frozenset({"plpgsql", "uuid-ossp", "pgcrypto", "pg_stat_statements", "supabase_vault"}),
}


def check(moment: Moment[CreateObject]) -> Iterator[Finding]:
    """Report what may be there, unless it is for certain: that is worse, and another rule's matter."""
    change = moment.change
    if change.kind not in _KINDS or change.if_not_exists or change.guarded:
        return
    name = change.name.name
    if is_there(Making(change.kind, change.name), moment.world):
        return
    shipped = name in _SHIPPED[change.kind]
    if change.kind == "schema" and not shipped:
        return  # a schema of one's own is made once, and its rollback may then drop it
    yield moment.finding(
        RULE,
        f'The {change.kind} "{name}" is made without IF NOT EXISTS',
        severity=None if shipped else Severity.NOTE,
        effect=f"Supabase ships this {change.kind}: the migration fails where it is there"
        if shipped
        else None,
        remedy=well_written(moment)
        if change.kind == "extension"
        else f"create schema if not exists {spelled(change.name)}",
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An extension, or a schema that Supabase ships, is made without IF NOT EXISTS",
    effect="The migration fails where somebody has switched it on in the dashboard, or made it by hand",
    remedy="Say IF NOT EXISTS",
    check=check,
    looks_at=(CreateObject,),
)
