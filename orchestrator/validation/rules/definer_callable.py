"""A function with its owner's rights that everybody may call."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.functions import standing_functions
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled

_OF_TRIGGERS = frozenset({"trigger", "event_trigger"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new function of an exposed schema; those that policies call have to be callable."""
    called = {
        name
        for table in aftermath.world.tables.values()
        for policy in table.policies
        for name in policy.calls
    }
    for function, seen in standing_functions(aftermath):
        name = function.name
        if not function.security_definer or function.returns in _OF_TRIGGERS or not aftermath.exposed(name):
            continue
        in_policy = not called.isdisjoint((name, Name(None, name.name)))
        is_new = ("function", name) in aftermath.world.fresh_others
        if in_policy or not is_new or name in aftermath.world.closed_functions:
            continue
        signature = f"{spelled(name)}({', '.join(function.arguments)})"
        yield aftermath.finding(
            RULE,
            f"Everybody may call {name}, which runs with its owner's rights",
            seen,
            about=name,
            remedy=f"revoke execute on function {signature} from public, anon; grant it to whom it is for",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A new SECURITY DEFINER function of an exposed schema may be called by everybody",
    effect="Whoever has the public API key calls it through /rpc, and no policy holds it back",
    remedy="revoke execute on function … from public, anon; then grant it to whom it is for",
    check=check,
)
