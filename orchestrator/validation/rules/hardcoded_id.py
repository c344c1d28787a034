"""One row's key, written out."""

import re
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import (
    AlterPolicy,
    Change,
    ChangeRows,
    CreateFunction,
    CreatePolicy,
)
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import Part

_UUID: Final = re.compile(r"(?<![\w-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![\w-])", re.IGNORECASE)
#: the same for everybody: none at all, and the namespaces of RFC 4122
_NOBODYS: Final = re.compile(
    r"00000000-0000-0000-0000-000000000000|6ba7b81[0124]-9dad-11d1-80b4-00c04fd430c8"
)


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report policies and functions one by one, and rows once for each file."""
    last: Part | None = None
    noted: set[str] = set()
    for seen in aftermath.seen:
        change = seen.change
        if isinstance(change, CreatePolicy | AlterPolicy | CreateFunction) and seen.part is not last:
            found = _in_code(seen, change, aftermath)
            last = seen.part if found else last
            yield from found
        elif isinstance(change, ChangeRows) and seen.path not in noted:
            offset = _uuid_in(seen.part)
            if offset is not None:
                noted.add(seen.path)
                yield _in_rows(seen, change, offset, aftermath)


def _in_code(
    seen: Seen[Change], change: CreatePolicy | AlterPolicy | CreateFunction, aftermath: Aftermath
) -> list[Finding]:
    where = (
        "The function {0.name}" if isinstance(change, CreateFunction) else 'Policy "{0.name}" on {0.table}'
    )
    number = None if isinstance(change, CreateFunction) else _number_in(change)
    offset = _uuid_in(seen.part) or number
    if offset is None:
        return []
    return [aftermath.finding(RULE, f"{where.format(change)} knows one row by its key", seen, at=offset)]


def _in_rows(seen: Seen[Change], change: ChangeRows, offset: int, aftermath: Aftermath) -> Finding:
    return aftermath.finding(
        RULE,
        f"{change.verb.upper()} on {change.table} knows a row by its key",
        seen,
        at=offset,
        severity=Severity.NOTE,
        effect="The key is that of one target's row: elsewhere it names nothing, or something else",
        remedy="Find the row by what it is (a code, a slug), or keep test rows in supabase/seed.sql",
    )


def _uuid_in(part: Part) -> int | None:
    """Find the first in a string constant; where it is in the statement."""
    if not _UUID.search(part.text):
        return None
    for constant in part.constants:
        for match in () if constant.is_comment else _UUID.finditer(constant.text):
            if not _NOBODYS.fullmatch(match[0].lower()):
                return constant.start + match.start()
    return None


def _number_in(policy: CreatePolicy | AlterPolicy) -> int | None:
    """Find a column that is a key by its name, compared with a number."""
    for expression in (policy.using, policy.check):
        for each in expression.equalities if expression else ():
            if each.is_number and (each.column == "id" or each.column.endswith("_id")):
                return each.offset
    return None


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="One row's key is written into a policy, a function or rows",
    effect="The rule holds for one row of one target: elsewhere the key names nothing, or something else",
    remedy="Decide by a column or a table of your own: a role, a flag, a membership",
    check=check,
)
