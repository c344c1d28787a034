"""Rights for everybody who has the public API key."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Grant, Name
from orchestrator.validation.changes import Change, ChangeDefaultGrants, ChangeGrants
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule

_ANYBODY = frozenset({"anon", "public"})
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "TRUNCATE", "ALL"})
_CALLS = frozenset({"EXECUTE", "ALL"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each file once for tables, for functions and for what will be made later."""
    found: dict[tuple[str, str], list[tuple[Seen[Change], str]]] = {}
    for seen in aftermath.seen:
        if isinstance(seen.change, ChangeGrants | ChangeDefaultGrants) and seen.change.given:
            for sort, message in _given(seen.change, aftermath):
                found.setdefault((seen.path, sort), []).append((seen, message))
    for (_, sort), several in found.items():
        seen, message = several[0]
        more = len(several) - 1
        others = f", and so {'does one other grant' if more == 1 else f'do {more} other grants'} of this file"
        yield aftermath.finding(
            RULE, message + (others if more else ""), seen, effect=_EFFECTS[sort], remedy=_REMEDIES[sort]
        )


def _given(change: ChangeGrants | ChangeDefaultGrants, aftermath: Aftermath) -> Iterator[tuple[str, str]]:
    if isinstance(change, ChangeGrants) and change.kind == "table":
        truncated = _tables(change, aftermath) if _gives_truncate(change.grants) else ""
        if truncated:
            yield "truncate", f"A grant lets authenticated empty {truncated} by TRUNCATE"
    roles = {grant.role for grant in change.grants} & _ANYBODY
    if not roles:
        return
    whom = "everybody" if "public" in roles else "anon"
    if isinstance(change, ChangeDefaultGrants):
        yield from _by_default(change, whom, aftermath)
    elif change.kind == "table" and _gives(change.grants, _WRITES):
        tables = _tables(change, aftermath)
        if tables:
            yield "tables", f"A grant lets {whom} write {tables}"
    elif change.kind == "function" and _gives(change.grants, _CALLS):
        functions = ", ".join(str(name) for name in _definers(change, aftermath))
        schemas = [each for each in change.in_schemas if aftermath.exposed(Name(each, ""))]
        if schemas:
            yield "all", f"A grant lets {whom} call all functions of schema {', '.join(schemas)}"
        elif functions:
            yield "functions", f"A grant lets {whom} call {functions}, which runs with its owner's rights"


def _gives(grants: tuple[Grant, ...], privileges: frozenset[str]) -> bool:
    return any(grant.role in _ANYBODY and grant.privilege in privileges for grant in grants)


def _gives_truncate(grants: tuple[Grant, ...]) -> bool:
    """Tell whether users get it by its own word; ALL is written without a thought of it."""
    given = {(grant.role, grant.privilege) for grant in grants}
    return ("authenticated", "TRUNCATE") in given


def _by_default(change: ChangeDefaultGrants, whom: str, aftermath: Aftermath) -> Iterator[tuple[str, str]]:
    shown = aftermath.terms.exposed_schemas
    schemas = [each for each in change.in_schemas or shown if each in shown]
    if not schemas or not aftermath.terms.has_api:
        return
    where = f"schema {', '.join(schemas)}"
    if change.kind == "table" and _gives(change.grants, _WRITES):
        yield "defaults", f"Default privileges let {whom} write every new table of {where}"
    elif change.kind == "function" and _gives(change.grants, _CALLS):
        yield "defaults", f"Default privileges let {whom} call every new function of {where}"


def _tables(change: ChangeGrants, aftermath: Aftermath) -> str:
    named = [aftermath.world.named(each) for each in change.objects]
    shown = [str(name) for name in named if aftermath.exposed(name)]
    schemas = [each for each in change.in_schemas if aftermath.exposed(Name(each, ""))]
    shown += [f"all tables of schema {each}" for each in schemas]
    return ", ".join(shown)


def _definers(change: ChangeGrants, aftermath: Aftermath) -> Iterator[Name]:
    """Yield the functions in question; what a trigger calls, the API cannot."""
    functions = aftermath.world.functions
    schemas = set(change.in_schemas)
    named = [found for each in change.objects if (found := aftermath.world.function(each))]
    named += [found for name, found in functions.items() if name.schema in schemas]
    for several in named:
        if aftermath.exposed(several[0].name) and any(
            each.security_definer and not each.returns.endswith("trigger") for each in several
        ):
            yield several[0].name


_EFFECTS = {
    "tables": "Only policies hold back whoever has the public API key, and TRUNCATE asks none",
    "functions": "Whoever has the public API key calls it through /rpc, and it asks no policies",
    "all": "Whoever has the public API key calls them through /rpc, those with their owner's rights too",
    "truncate": "No policy is asked: whoever is logged in and finds a way to say TRUNCATE deletes all rows",
    "defaults": "What is made later is open to whoever has the public API key, unless somebody thinks of it",
}
_REMEDIES = {
    "tables": "Grant anon what visitors need, mostly SELECT, and the rest to authenticated and service_role",
    "functions": "Grant EXECUTE to authenticated or service_role; let the function check who calls",
    "all": "Grant EXECUTE on the functions that visitors need, one by one",
    "truncate": "Leave TRUNCATE out: the API has no use for it",
    "defaults": "Leave it out, and grant each new thing where it is made",
}

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A grant lets anon or everybody write tables or call functions with their owner's rights, or"
    " users TRUNCATE",
    effect=_EFFECTS["tables"],
    remedy=_REMEDIES["tables"],
    check=check,
)
