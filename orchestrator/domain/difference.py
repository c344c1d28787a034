"""A difference of facts, told to people: what changed from what to what, never longer than one can read."""

import difflib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from orchestrator.domain.facts import Change, parts_of
from orchestrator.domain.identity import holder, split, subject, within

#: characters of a value, of a definition that came or went, of a line of a long text
_VALUE: Final = 120
_DEFINITION: Final = 160
_LINE: Final = 160
#: characters that are shown before the place where two long values part
_CONTEXT: Final = 30
#: lines of a long text that are shown, and how long a text may be to be compared line by line
_MOST_LINES: Final = 20
_LONGEST_TEXT: Final = 3000

#: parts that follow from others: told only where nothing else is
_DERIVED: Final = frozenset({"arguments", "attributes", "columns", "inherited", "on", "returns"})
_USES: Final = "uses "
#: with these, all that they hold comes and goes
_WHOLES: Final = frozenset(
    {
        "aggregate",
        "foreign table",
        "function",
        "materialized view",
        "procedure",
        "schema",
        "sequence",
        "table",
        "type",
        "view",
    }
)
_HOLDER_PARTS: Final = ("on", "owned by", "identity of")


def details_of(change: Change) -> tuple[str, ...]:
    """Say what happened, with definitions; what stands below a line that it belongs to is indented."""
    about = subject(change.kind, change.identity)
    if change.before is None:
        return (f"{about} was added{_short(change.after)}",)
    if change.after is None:
        return (f"{about} was removed{_short(change.before)}",)
    return tuple(_told(about, _differing(parts_of(change.before), parts_of(change.after))))


def outermost(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Leave out what only came or went with something larger: the columns of a table that was removed."""
    changes = tuple(changes)
    wholes = {
        (change.identity, change.after is None)
        for change in changes
        if change.kind in _WHOLES and None in (change.before, change.after)
    }
    return tuple(change for change in changes if not _belongs(change, wholes))


def headlines(changes: Iterable[Change], most: int) -> tuple[str, ...]:
    """Return the headlines of what is outermost, and how many there are beyond."""
    told = [change.headline for change in outermost(changes)]
    more = len(told) - most
    return (*told[:most], f"and {more} more") if more > 0 else tuple(told)


def _belongs(change: Change, wholes: set[tuple[str, bool]]) -> bool:
    if None not in (change.before, change.after):
        return False
    parts = parts_of((change.before if change.after is None else change.after) or "")
    if "of a constraint" in parts:
        return True
    gone = change.after is None
    of = [holder(change.kind, change.identity)]
    if change.kind in ("index", "sequence", "statistics"):
        said = [parts[key] for key in _HOLDER_PARTS if key in parts]
        of += [each if change.kind != "sequence" else within(each)[0] for each in said]
    if len(split(change.identity, ".")) > 1 and change.kind not in ("comment", "grant"):
        of.append(split(change.identity, ".")[0])
    of += [within(each)[0] for each in of]
    return any((each, gone) in wholes for each in of if each)


def _differing(before: dict[str, str], after: dict[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    """Yield the parts that differ; those that only follow from others, where there is nothing else."""
    differ = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    own = [key for key in differ if key not in _DERIVED and not key.startswith(_USES)]
    for key in own or differ:
        yield key, before.get(key), after.get(key)


def _told(about: str, parts: Iterable[tuple[str, str | None, str | None]]) -> Iterator[str]:
    for key, before, after in parts:
        if before is None or after is None:
            happened = "was added" if before is None else "was removed"
            value = after if before is None else before
            yield f"{about}: {_part(key, value or '')} {happened}"
        elif "\n" in before or "\n" in after:
            yield f"{about}: {key} changed"
            yield from _lines(before.split("\n"), after.split("\n"))
        else:
            old, new = _beside(before, after)
            yield f"{about}: {key} changed from {old} to {new}"


def _part(key: str, value: str) -> str:
    grantable = key.removesuffix("*")
    name = key if grantable == key else f"{grantable} with grant option"
    return f"{name} {_cut(value, _VALUE)}" if value else name


def _short(definition: str | None) -> str:
    """Put a definition into one short line, as the end of a sentence."""
    parts = parts_of(definition or "")
    own = {key: value for key, value in parts.items() if key not in _DERIVED and not key.startswith(_USES)}
    text = own.get("definition") or ", ".join(_part(key, value) for key, value in own.items())
    return f": {_cut(text, _DEFINITION)}" if text else ""


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _beside(before: str, after: str) -> tuple[str, str]:
    """Cut two values that differ so that the place where they part is seen."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    start = max(0, same - _CONTEXT) if max(len(before), len(after)) > _VALUE else 0
    lead = "…" if start else ""
    return tuple(lead + _ended(text[start:]) for text in (before, after))  # type: ignore[return-value]


def _ended(text: str) -> str:
    if not text:
        return "nothing"
    return text if len(text) <= _VALUE else f"{text[: _VALUE - 1]}…"


def _lines(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """Yield the lines that differ, with one line around them."""
    if max(len(before), len(after)) > _LONGEST_TEXT:
        yield f"    {len(before)} lines before, {len(after)} now"
        return
    _, _, *lines = difflib.unified_diff(before, after, n=1, lineterm="")
    for line in lines[:_MOST_LINES]:
        yield f"    {line[:_LINE]}"
    if len(lines) > _MOST_LINES:
        yield f"    and {len(lines) - _MOST_LINES} lines more"
