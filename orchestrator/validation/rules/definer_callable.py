"""A function with its owner's rights that everybody may call."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Function, Name
from orchestrator.validation.changes import ChangeRows, CreateFunction
from orchestrator.validation.functions import standing_functions
from orchestrator.validation.grammar.body_changes import changes_of_body
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.world.world import World

#: words of a body that asks who calls
_WHO = ("auth.uid", "auth.jwt", "auth.role", "auth.email", "request.jwt", "session_user")
_TAKES_OVER = (
    "Whoever has the public API key changes accounts through /rpc: the function never asks who calls"
)
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
        takes_over = _changes_accounts(function, seen, aftermath.world)
        signature = f"{spelled(name)}({', '.join(function.arguments)})"
        yield aftermath.finding(
            RULE,
            f"Everybody may call {name}, which runs with its owner's rights",
            seen,
            about=name,
            severity=Severity.ERROR if takes_over else None,
            effect=_TAKES_OVER if takes_over else None,
            remedy=f"revoke execute on function {signature} from public, anon; grant it to whom it is for",
        )


def _changes_accounts(function: Function, seen: Seen[CreateFunction], world: World) -> bool:
    """Tell whether it writes to the schema auth and never asks who calls, itself or by another function."""
    body = (function.body or "").lower()
    if seen.change.guarded or "auth." not in body or any(word in body for word in _WHO):
        return False
    if any(f"{name.name}(" in body for name in world.functions if name != function.name):
        return False
    return any(
        isinstance(change, ChangeRows) and change.table.schema == "auth"
        for change in changes_of_body(seen.part.text, function.body or "", seen.change.language)
    )


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A new SECURITY DEFINER function of an exposed schema may be called by everybody",
    effect="Whoever has the public API key calls it through /rpc, and no policy holds it back",
    remedy="revoke execute on function … from public, anon; then grant it to whom it is for",
    check=check,
)
