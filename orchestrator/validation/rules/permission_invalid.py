"""A comment that wants to allow something and does not."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.permission import Permission
from orchestrator.validation.rule import Rule

FORM = "-- bascule: allow RULE because REASON"


def check(permission: Permission) -> Iterator[Finding]:
    """Report what is wrong with its form; whether the rule exists is known to the review."""
    if permission.rule is None:
        message = f"This comment does not have the form {FORM}"
    elif permission.reason is None:
        message = f"{permission.rule} is allowed without a reason"
    else:
        return
    yield RULE.finding(
        message,
        file=permission.file.path,
        at=permission.file.place(permission.offset),
        remedy=_remedy(permission.meant),
    )


def _remedy(meant: tuple[str, ...]) -> str | None:
    """Say what to write, where that can be guessed."""
    if len(meant) > 1:
        return f"Write one comment for each rule: {' and '.join(meant)}"
    return f"Write {meant[0]}" if meant else None


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A comment wants to allow a rule and cannot be understood, or gives no reason",
    effect="It allows nothing; what it was meant for is reported all the same",
    remedy=f"Write {FORM}; for a whole file: -- bascule: allow RULE in this file because REASON",
    check=check,
    may_be_allowed=False,
)
