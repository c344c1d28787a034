"""A policy that lets everybody do everything."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import COMMANDS, Reach
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import Said, StandingPolicy, standing_policies
from orchestrator.validation.world.world import World

#: reached through an API of their own
_SERVED = frozenset({Name("storage", "objects"), Name("storage", "buckets"), Name("realtime", "messages")})
_ACCOUNTS = Name("auth", "users")
_ANYBODY = frozenset({"anon", "public"})
_DOWN = {Severity.ERROR: Severity.WARNING, Severity.WARNING: Severity.NOTE, Severity.NOTE: Severity.NOTE}


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each policy that is true for a client, as severe as what it opens and to whom."""
    reach = Reach(aftermath)
    for policy in standing_policies(aftermath).values():
        if not policy.permissive or not (aftermath.exposed(policy.table) or policy.table in _SERVED):
            continue
        severity = _severity(policy, aftermath.world)
        if severity is not None:
            weak = policy.seen.change.guarded or _is_held(policy, aftermath, reach)
            yield aftermath.finding(
                RULE,
                f"{policy} is true for {_whom(policy)}: {_what(policy)}",
                policy.seen,
                about=policy.table,
                severity=_DOWN[severity] if weak else severity,
                effect=_effect(policy),
                remedy=_remedy(policy),
            )


def _severity(policy: StandingPolicy, world: World) -> Severity | None:
    """Weigh what is opened: nothing, reading, writing in part, or writing at will.

    New rows alone may be a form that anybody sends; not where each row belongs to an account.
    """
    if _ANYBODY.isdisjoint(policy.roles) and "authenticated" not in policy.roles:
        return None
    opened = _opened(policy)
    if not opened:
        return None
    anybody = not _ANYBODY.isdisjoint(policy.roles)
    if opened == ("SELECT",):
        return Severity.WARNING if anybody else Severity.NOTE
    in_part = (opened == ("UPDATE",) and not _is_whole_update(policy)) or (
        opened == ("INSERT",) and not _has_owners(policy.table, world)
    )
    return Severity.ERROR if anybody and not in_part else Severity.WARNING


def _has_owners(name: Name, world: World) -> bool:
    """Tell whether rows refer to accounts, themselves or by a table with one row for each account."""
    table = world.tables.get(name)
    if table is None:
        return name in _SERVED
    for key in table.foreign_keys:
        other = world.tables.get(key.references)
        by_account = other is not None and any(
            each.references == _ACCOUNTS and each.columns == other.primary_key for each in other.foreign_keys
        )
        if key.references == _ACCOUNTS or by_account:
            return True
    return name in _SERVED


def _opened(policy: StandingPolicy) -> tuple[str, ...]:
    """Return the commands that it opens, ALL being four; without an expression nobody gets through."""
    using, check = _is_true(policy.using), _is_true(policy.check)
    inserts = check or (using and policy.check is None and policy.is_new)
    opens = {
        "SELECT": using,
        "INSERT": inserts if policy.command == "ALL" else check,
        "UPDATE": using or check,
        "DELETE": using,
    }
    return tuple(command for command in COMMANDS if policy.covers(command) and opens[command])


def _is_whole_update(policy: StandingPolicy) -> bool:
    """Tell whether every row may become anything: a check that is not said is the USING."""
    return _is_true(policy.using) and (policy.check is None or _is_true(policy.check))


def _is_true(said: Said | None) -> bool:
    return said is not None and said.expression.constant is True


def _is_held(policy: StandingPolicy, aftermath: Aftermath, reach: Reach) -> bool:
    """Tell whether something else holds clients back: a restrictive policy, or that nothing is granted."""
    table = aftermath.world.tables.get(policy.table)
    if table is None:
        return False
    return not reach.clients(table) or any(
        not other.permissive and other.command in {"ALL", policy.command} for other in table.policies
    )


def _whom(policy: StandingPolicy) -> str:
    if "public" in policy.roles:
        return "everybody" if policy.says_roles else "everybody, for it has no TO"
    return "everybody (anon)" if "anon" in policy.roles else "whoever is logged in"


def _what(policy: StandingPolicy) -> str:
    opened = _opened(policy)
    if opened == ("UPDATE",) and not _is_whole_update(policy):
        return "UPDATE of any row" if _is_true(policy.using) else "UPDATE of a row into anything"
    return f"{', '.join(opened)} of any row"


def _effect(policy: StandingPolicy) -> str:
    if _opened(policy) == ("SELECT",):
        return "Every row can be read by them; that may be meant"
    return "They can change what is not theirs"


def _remedy(policy: StandingPolicy) -> str:
    if _opened(policy) == ("SELECT",):
        return (
            "Compare a column with (select auth.uid()); if the rows are for all of them, say so:"
            " -- bascule: allow policy-always-true because …"
        )
    return (
        "Compare a column with (select auth.uid()); where only a service writes, drop the policy:"
        " service_role needs none"
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A policy is true for every row",
    effect="They can change what is not theirs",
    remedy="Compare a column with (select auth.uid())",
    check=check,
)
