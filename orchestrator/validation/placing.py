"""The place in the files of what a smoke test found: it saw the objects alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.finding import Finding
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.sql_text import Part, SqlText

#: where the search path leads whom a file does not say otherwise
_USUAL: Final = "public"


def placed(findings: Iterable[Finding], files: Sequence[SqlText]) -> Iterator[Finding]:
    """Give each finding about an object the statement that brought it, where one of these files did.

    That is the newest that makes a policy which the finding names, else the object, else that changes it.
    What was so before the deployment has no place in it.
    """
    for finding in findings:
        found = _statement(finding, files)
        if found is None:
            yield finding
        else:
            file, part = found
            line, column = file.place(part.offset)
            yield replace(finding, file=file.path, line=line, column=column)


def _statement(finding: Finding, files: Sequence[SqlText]) -> tuple[SqlText, Part] | None:
    if finding.object is None or finding.file is not None or finding.standing:
        return None
    best, place = 0, None
    for file in files:
        for part, change in file.changes:
            weight = _weight(change, finding)
            if weight and weight >= best:
                best, place = weight, (file, part)
    return place


def _weight(change: Change, finding: Finding) -> int:
    match change:
        case changes.CreatePolicy(table=name, name=policy) | changes.AlterPolicy(table=name, name=policy):
            return (3 if f'policy "{policy}"' in finding.message else 1) * _is(name, finding)
        case (
            changes.CreateTable(table=name)
            | changes.CreateView(view=name)
            | changes.CreateFunction(name=name)
        ):
            return 2 * _is(name, finding)
        case changes.ChangeGrants(objects=names):
            return max((_is(name, finding) for name in names), default=0)
        case changes.SetRowSecurity(table=name):
            return int(_is(name, finding))
        case _:
            return 0


def _is(name: Name, finding: Finding) -> bool:
    """Tell whether a finding is about what bears this name; a function's arguments are left out."""
    told = (finding.object or "").partition("(")[0].replace('"', "")
    return told == f"{name.schema or _USUAL}.{name.name}"
