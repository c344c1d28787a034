"""A permission that silences nothing."""

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.permission import Permission
from orchestrator.validation.rule import Rule


def check(permission: Permission) -> Iterator[Finding]:
    """Report a permission of which the review knows that nothing needed it."""
    if permission.rule and permission.reason:
        yield RULE.finding(
            f"{permission.rule} is allowed, and nothing here needs it",
            file=permission.file.path,
            at=permission.file.place(permission.offset),
        )


def on_target(permission: Permission) -> Iterator[Finding]:
    """Note one that nothing needs on one target: on another, with other rows and sizes, it may be needed."""
    for finding in check(permission):
        yield replace(
            finding,
            severity=Severity.NOTE,
            message=f"{permission.rule} is allowed, and nothing on this target needs it",
            effect="",
            remedy="Leave it where another target needs it",
        )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A comment allows a rule that reports nothing there",
    effect="The reason misleads readers, and a later mistake of this kind would pass in silence",
    remedy="Delete the comment, or move it in front of the statement that it is about",
    check=check,
    may_be_allowed=False,
)
