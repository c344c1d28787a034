"""What authors allow: `-- bascule: allow RULE because REASON`, in a comment of the SQL itself.

It holds for the statement that it stands in, in front of, or behind on its line; with `allow RULE in this
file` for the whole file. A finding about the file itself, without a line, is allowed from anywhere in it. No
reason, no silence; and a permission that silences nothing is a finding itself.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from orchestrator.domain.finding import Finding
from orchestrator.validation.alone import is_header
from orchestrator.validation.sql_text import SqlText

#: what a file has to hold to be worth a second look, and what a comment begins with that wants to allow
_MARK = "bascule"
_BEGINS = re.compile(r"bascule(?::| allow\b)", re.IGNORECASE)
_FORM = re.compile(
    r"bascule: ?allow (?P<rule>[a-z0-9-]+)(?P<whole> in this file)?(?: because (?P<reason>.+))?",
    re.IGNORECASE,
)
#: what comes near to the form: names in a list, the whole file in other words, no colon
_NEARLY = re.compile(
    r"bascule:? ?allow (?P<rules>[a-z0-9-]+(?:(?:, ?(?:and )?| and )[a-z0-9-]+)*)"
    r"(?P<whole> (?:in|for|on) (?:this|the) (?:whole )?file)?(?: because\b.*)?",
    re.IGNORECASE,
)
#: what belongs into a comment on the policy, where the server keeps it
_INTENDED = re.compile(r"bascule:? ?intended\b", re.IGNORECASE)
_ON_POLICY = "comment on policy NAME on TABLE is 'bascule: intended because REASON';"

#: path and rule
_Subject = tuple[str, str | None]


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
    #: the comments to write instead, where it can nearly be understood
    meant: tuple[str, ...] = ()

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
        if not _BEGINS.match(text) or is_header(text):
            continue
        form = _FORM.fullmatch(text)
        yield Permission(
            file=file,
            offset=comment.offset,
            rule=form["rule"].lower() if form else None,
            reason=form["reason"] if form else None,
            lines=None if form and form["whole"] else comment.lines,
            meant=() if form else _meant(text),
        )


def _meant(text: str) -> tuple[str, ...]:
    """Return the comments that say what this one wants to say; the reasons are the author's business."""
    if _INTENDED.match(text):
        return (_ON_POLICY,)
    near = _NEARLY.fullmatch(text)
    if near is None:
        return ()
    rules = re.split(r",? and |, ?", near["rules"].lower())
    whole = " in this file" if near["whole"] else ""
    return tuple(f"-- bascule: allow {rule}{whole} because REASON" for rule in rules)


def settle(
    findings: Iterable[Finding], permissions: Sequence[Permission]
) -> tuple[tuple[Finding, ...], tuple[Permission, ...]]:
    """Take out what is allowed; return what is left, and the permissions that were not needed."""
    if not permissions:
        return tuple(findings), ()
    left: list[Finding] = []
    used: set[int] = set()
    index = _Index(permissions)
    for finding in findings:
        covering = index.covering(finding)
        used.update(covering)
        if not covering:
            left.append(finding)
    return tuple(left), tuple(each for number, each in enumerate(permissions) if number not in used)


class _Index:
    """The permissions by file, rule and lines: a dump has thousands of both."""

    def __init__(self, permissions: Sequence[Permission]) -> None:
        self._permissions = permissions
        self._about: dict[_Subject, list[int]] = defaultdict(list)
        self._whole: dict[_Subject, list[int]] = defaultdict(list)
        #: by first line; the lines are those of statements, so that the last ones are in the same order
        self._by_line: dict[_Subject, list[tuple[tuple[int, int], int]]] = defaultdict(list)
        for number, each in enumerate(permissions):
            subject = each.file.path, each.rule
            self._about[subject].append(number)
            if each.lines is None:
                self._whole[subject].append(number)
            else:
                self._by_line[subject].append((each.lines, number))
        for several in self._by_line.values():
            several.sort()

    def covering(self, finding: Finding) -> list[int]:
        """Return which permissions are about a finding."""
        subject = finding.file or "", finding.rule
        if subject not in self._about:
            return []
        among: Iterable[int] = self._about[subject]
        if finding.line is not None:
            among = (*self._whole.get(subject, ()), *self._around(subject, finding.line))
        return [number for number in among if self._permissions[number].covers(finding)]

    def _around(self, subject: "_Subject", line: int) -> Iterator[int]:
        known = self._by_line.get(subject, [])
        at = bisect_right(known, line, key=lambda each: each[0][0])
        while at and known[at - 1][0][1] >= line:
            at -= 1
            yield known[at][1]
