"""A table with row level security that has no policy for some command."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Table
from orchestrator.validation.moment import Aftermath
from orchestrator.validation.reach import COMMANDS, Reach, Unread
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import standing_policies


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table once; partitions and what no client is granted need none."""
    reach, unread = Reach(aftermath), Unread(aftermath, "policy")
    of_the_service = {
        key for key, policy in standing_policies(aftermath).items() if policy.serves_the_service_only()
    }
    for table, seen in aftermath.new_tables():
        if not table.row_security or table.parents or not aftermath.exposed(table.name):
            continue
        covered = {
            policy.command
            for policy in table.policies
            if policy.permissive and (table.name, policy.name) not in of_the_service
        }
        missing = [] if "ALL" in covered else [each for each in COMMANDS if each not in covered]
        missing = [each for each in missing if reach.clients(table, [each])]
        if missing and not unread.may_touch(seen):
            message, effect = _words(table, missing)
            yield aftermath.finding(RULE, message, seen, about=table.name, effect=effect)


def _words(table: Table, missing: list[str]) -> tuple[str, str]:
    if len(missing) == len(COMMANDS):
        return (
            f"{table.name} has row level security and no policy for any client",
            "Only service_role reaches it; everybody else gets no rows, without an error",
        )
    return (
        f"{table.name} has no policy for {_listed(missing)}",
        "What has no policy is denied: an INSERT fails, the others find no rows, without an error",
    )


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new table with row level security has no policy for some command",
    effect="What has no policy is denied",
    remedy="create policy … for each command that clients need; where denying is meant, revoke"
    " them from anon and authenticated, or say why: -- bascule: allow policy-missing because …",
    check=check,
)
