"""A function with its owner's rights that looks up names where its caller says."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AlterFunction
from orchestrator.validation.functions import standing_functions
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each function; a body of BEGIN ATOMIC has looked its names up already."""
    for function, seen in standing_functions(aftermath):
        bound = function.body is None and seen.change.language == "sql"
        if function.security_definer and not function.pins_search_path and not bound:
            arguments = ", ".join(function.arguments)
            yield aftermath.finding(
                RULE,
                f"{function.name}({arguments}) is SECURITY DEFINER without a search_path of its own",
                seen,
                about=function.name,
                remedy=f"alter function {spelled(function.name)}({arguments}) set search_path = '', and write"
                " schemas before names in its body",
            )
    yield from _altered(aftermath)


def _altered(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each function of old that an ALTER makes one."""
    made = {function.name for function, _ in standing_functions(aftermath)}
    several = list(aftermath.each(AlterFunction))
    pinned = {_name(seen, aftermath) for seen in several if "search_path" in seen.change.settings}
    last = {_name(seen, aftermath): seen for seen in several if seen.change.security_definer is not None}
    for name, seen in last.items():
        pins = name in pinned or any(
            each.pins_search_path for each in aftermath.world.functions.get(name, ())
        )
        if seen.change.security_definer and name not in made and not pins:
            yield aftermath.finding(
                RULE,
                f"{name} becomes SECURITY DEFINER without a search_path of its own",
                seen,
                about=name,
                remedy=f"alter function {spelled(name)} set search_path = '', and write schemas before names"
                " in its body",
            )


def _name(seen: Seen[AlterFunction], aftermath: Aftermath) -> Name:
    found = aftermath.world.function(seen.change.name)
    return found[0].name if found else aftermath.world.would_be(seen.change.name)


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A SECURITY DEFINER function has no SET search_path",
    effect="Whoever calls it chooses where its names are looked up, and may have it run their own functions"
    " with its owner's rights",
    remedy="Add set search_path = '', and write schemas before names in its body",
    check=check,
)
