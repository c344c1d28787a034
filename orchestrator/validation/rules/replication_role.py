"""Triggers and foreign keys are switched off for the session."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetLastingSetting, SetSetting
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[SetSetting | SetLastingSetting]) -> Iterator[Finding]:
    """Report replica, for whatever time; local fires what origin does, but only a replica says so."""
    change = moment.change
    if change.name == "session_replication_role" and (change.value or "").lower() == "replica":
        whose = f" for every session of {change.scope}" if isinstance(change, SetLastingSetting) else ""
        yield moment.finding(
            RULE,
            f"session_replication_role is set to replica{whose}",
            remedy="Leave it out; who copies rows sets it in a session of their own" if whose else None,
        )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="session_replication_role is set to replica",
    effect="No trigger fires and no foreign key is checked: rows that refer to nothing stay there, unseen",
    remedy="Insert in the order of the foreign keys, or make them deferrable: set constraints all deferred",
    check=check,
    looks_at=(SetSetting, SetLastingSetting),
)
