"""Names without a schema."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, SetSetting
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule

_WITH_SCHEMA: Final = frozenset({"sequence", "type", "domain"})


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report one finding for each file, unless it sets the search path itself."""
    found: dict[str, dict[Name, Seen[Change]]] = defaultdict(dict)
    decided, temporary = set(), set()
    for seen in aftermath.seen:
        change = seen.change
        if isinstance(change, SetSetting) and change.name == "search_path":
            decided.add(seen.path)
        if isinstance(change, changes.CreateTable | changes.CreateView) and change.temporary:
            temporary.add((seen.path, _made_or_changed(change)))
        name = _made_or_changed(change)
        if name is not None and name.schema is None and (seen.path, name) not in temporary:
            found[seen.path].setdefault(name, seen)
    for path, names in found.items():
        if path not in decided:
            yield _finding(names, aftermath)


def _finding(names: dict[Name, Seen[Change]], aftermath: Aftermath) -> Finding:
    (name, seen), more = next(iter(names.items())), len(names) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    stand = "stand" if more else "stands"
    return aftermath.finding(RULE, f"{name}{others} {stand} without a schema in this file", seen)


def _made_or_changed(change: Change) -> Name | None:
    match change:
        case changes.ChangeRows():
            return None
        case (
            changes.CreateTable(table=name)
            | changes.TableChange(table=name)
            | changes.CreateView(view=name)
            | changes.CreateEnum(type=name)
            | changes.CreateFunction(name=name)
        ):
            return name
        case changes.CreateObject(kind=kind, name=name) if kind in _WITH_SCHEMA:
            return name
    return None


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A file makes or alters things whose schema it does not name",
    effect="The search path of whoever runs it decides where they are, and which of two is meant",
    remedy="Write public. in front of each name",
    check=check,
)
