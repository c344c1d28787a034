"""A function with its owner's rights that looks up names where its caller says."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.functions import standing_functions
from orchestrator.validation.moment import Aftermath
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


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A SECURITY DEFINER function has no SET search_path",
    effect="Whoever calls it chooses where its names are looked up, and may have it run their own functions"
    " with its owner's rights",
    remedy="Add set search_path = '', and write schemas before names in its body",
    check=check,
)
