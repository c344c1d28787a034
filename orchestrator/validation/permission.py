"""What authors allow: `-- bascule: allow RULE because REASON`, in a comment of the SQL itself.

It holds for the statement that it stands in, in front of, or behind on its line; with `allow RULE in this
file` for the whole file. A finding about the file itself, without a line, is allowed from anywhere in it. No
reason, no silence; and a permission that silences nothing is a finding itself.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.finding import Finding
from orchestrator.validation.sql_text import SqlText

#: what a comment has to hold to be worth a second look
_MARK = "bascule:"
_FORM = re.compile(
    r"bascule: ?allow (?P<rule>[a-z0-9-]+)(?P<whole> in this file)?(?: because (?P<reason>.+))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Permission:
    """One comment that allows, or wants to."""

    file: SqlText
    #: where the comment begins, in characters of the file
    offset: int
    #: None where the comment cannot be understood
    rule: str | None
    #: None where none is given
    reason: str | None
    #: None: the whole file; else the lines of the statement, 1-based, both included
    lines: tuple[int, int] | None

    def covers(self, finding: Finding) -> bool:
        """Tell whether it is about this finding."""
        if finding.rule != self.rule or finding.file != self.file.path or not self.reason:
            return False
        if self.lines is None or finding.line is None:
            return True
        return self.lines[0] <= finding.line <= self.lines[1]


def permissions_in(file: SqlText) -> tuple[Permission, ...]:
    """Read the permissions of a file; cheap where the word does not occur."""
    if _MARK not in (file.text or "").lower():
        return ()
    return tuple(_permissions(file))


def _permissions(file: SqlText) -> Iterator[Permission]:
    for comment in file.comments:
        text = " ".join(comment.text.split())
        if not text.lower().startswith(_MARK):
            continue
        form = _FORM.fullmatch(text)
        yield Permission(
            file=file,
            offset=comment.offset,
            rule=form["rule"].lower() if form else None,
            reason=form["reason"] if form else None,
            lines=None if form and form["whole"] else comment.lines,
        )


def settle(
    findings: Iterable[Finding], permissions: Sequence[Permission]
) -> tuple[tuple[Finding, ...], tuple[Permission, ...]]:
    """Take out what is allowed; return what is left, and the permissions that were not needed."""
    if not permissions:
        return tuple(findings), ()
    left, used = [], set()
    for finding in findings:
        covering = [index for index, each in enumerate(permissions) if each.covers(finding)]
        used.update(covering)
        if not covering:
            left.append(finding)
    return tuple(left), tuple(each for index, each in enumerate(permissions) if index not in used)
