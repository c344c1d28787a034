"""The migration goes on as another role."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import SetSetting
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_NAMES: Final = frozenset({"role", "session_authorization"})
#: whom a migration runs as anyway
_NOBODY_ELSE: Final = frozenset({"none", "postgres", "default", ""})


def check(moment: Moment[SetSetting]) -> Iterator[Finding]:
    """Report each switch that is plainly written; inside a block it may be taken back in time."""
    change = moment.change
    if change.name not in _NAMES or change.reset or change.guarded:
        return
    if change.value is not None and change.value.lower() not in _NOBODY_ELSE:
        words = "SET ROLE" if change.name == "role" else "SET SESSION AUTHORIZATION"
        yield moment.finding(RULE, f"{words} {change.value} makes the file go on as another role")


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="SET ROLE or SET SESSION AUTHORIZATION in a migration",
    effect="Bascule makes sure after each statement that its role is still its own, and aborts the migration",
    remedy="Leave it out; alter … owner to gives something away, and a test tries a policy",
    check=check,
    looks_at=(SetSetting,),
)
