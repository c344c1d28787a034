"""Somebody's e-mail address in the file."""

import re
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import AlterPolicy, ChangeRows, CreateFunction, CreatePolicy
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_LOOKS_AT: Final = (ChangeRows, CreatePolicy, AlterPolicy, CreateFunction)
#: not what follows a colon or a slash: user:password@host is no address
_ADDRESS: Final = re.compile(
    r"(?<![\w.%+/:-])[A-Za-z0-9][\w.+-]*@(?P<domain>(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})"
)
#: nobody's, by RFC 2606
_NOBODYS: Final = (
    *("example.com", "example.org", "example.net", ".example.com", ".example.org", ".example.net"),
    *(".test", ".example", ".invalid", ".localhost"),
)


def check(moment: Moment[ChangeRows | CreatePolicy | AlterPolicy | CreateFunction]) -> Iterator[Finding]:
    """Report the first address of a statement, by its domain only."""
    part = moment.seen.part
    if "@" not in part.text or not moment.is_first_of(_LOOKS_AT) or _address_in(part.text) is None:
        return
    for constant in part.constants:
        found = None if constant.is_comment else _address_in(constant.text)
        if found is not None:
            message = f"An e-mail address at {found['domain'].lower()} is written into {_what(moment.change)}"
            yield moment.finding(RULE, message, at=constant.start + found.start())
            return


def _address_in(text: str) -> re.Match[str] | None:
    found = _ADDRESS.finditer(text)
    return next((match for match in found if not match["domain"].lower().endswith(_NOBODYS)), None)


def _what(change: ChangeRows | CreatePolicy | AlterPolicy | CreateFunction) -> str:
    match change:
        case ChangeRows():
            return f"{'an' if change.verb[0] in 'aeiou' else 'a'} {change.verb.upper()} on {change.table}"
        case CreateFunction():
            return f"the function {change.name}"
        case _:
            return f'the policy "{change.name}" on {change.table}'


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="An e-mail address stands in rows, a policy or a function",
    effect="It names a person to everybody who may read the repository, and holds for every target alike",
    remedy="Keep it in a table that each target fills for itself, or take one at example.com",
    check=check,
    looks_at=_LOOKS_AT,
)
