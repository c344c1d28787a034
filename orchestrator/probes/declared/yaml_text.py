"""Read YAML so that every value has its line and means what it looks like.

YAML has more than people expect: `no` is false, `1:30` is ninety, a date is a date. Here plain words are
text; only true, false, null and numbers are more. What could make a small file large, or run anything, is a
mistake.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

import yaml

from orchestrator.domain.declared import Mistake

_DEEPEST: Final = 20
_LARGEST: Final = 512 * 1024
_WORDS: Final = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_FLOAT: Final = re.compile(r"-?(?:0|[1-9]\d*)\.\d+(?:[eE][-+]?\d+)?")

Value = None | bool | int | float | str | list[Any] | dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """One scalar."""

    value: bool | int | float | str | None
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list."""

    items: tuple["Text | Items | Table", ...]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A mapping: its values by their keys, and the line of each key."""

    entries: dict[str, "Text | Items | Table"]
    lines: dict[str, int]
    line: int


Node = Text | Items | Table


def read(text: str, mistakes: list[Mistake]) -> Node | None:
    """Return what the text holds, None where nothing can be made of it; mistakes are added to the list."""
    if len(text) > _LARGEST:
        mistakes.append(Mistake(line=1, message=f"the file is larger than {_LARGEST // 1024} KiB"))
        return None
    try:
        found = list(_not_taken(text))
        mistakes += found
        node = None if found else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"this is no YAML: {error.problem or error.context}"
        mistakes.append(Mistake(line=mark.line + 1 if mark else 1, message=what))
        return None
    except yaml.YAMLError:
        mistakes.append(Mistake(line=1, message="this is no YAML: it holds a character that cannot be read"))
        return None
    return None if node is None else _read(node, mistakes)


def plain(node: Node) -> Value:
    """Return a value without its lines."""
    if isinstance(node, Text):
        return node.value
    if isinstance(node, Items):
        return [plain(each) for each in node.items]
    return {key: plain(each) for key, each in node.entries.items()}


def unknown_keys(table: Table, known: Sequence[str], at: str) -> Iterator[Mistake]:
    """Yield a mistake for each key that nobody reads, with the one that was meant."""
    for key in table.entries:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            remedy = f"write {near[0]}" if near else f"known here: {', '.join(known)}"
            yield Mistake(line=table.lines[key], message=f"{at}{key}: no such key", remedy=remedy)


def _not_taken(text: str) -> Iterator[Mistake]:
    """Yield what is lawful YAML and not taken here. Raises YAMLError."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = _line(event)
        if isinstance(event, yaml.AliasEvent):
            yield Mistake(line=line, message="an alias (*) is not taken", remedy="write the value out")
        elif getattr(event, "tag", None) not in (None, "!"):
            message = "a tag (!) is not taken"
            yield Mistake(line=line, message=message, remedy="write the value alone, in quotes if it is text")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            yield Mistake(line=line, message=f"this is nested more than {_DEEPEST} deep")
            return


def _line(found: yaml.Event | yaml.Node) -> int:
    return found.start_mark.line + 1 if found.start_mark else 1


def _read(node: yaml.Node, mistakes: list[Mistake]) -> Node:
    line = _line(node)
    if isinstance(node, yaml.SequenceNode):
        return Items(items=tuple(_read(each, mistakes) for each in node.value), line=line)
    if isinstance(node, yaml.MappingNode):
        return _table(node, line, mistakes)
    assert isinstance(node, yaml.ScalarNode), "there is nothing else"
    return Text(value=node.value if node.style is not None else _scalar(node.value), line=line)


def _table(node: yaml.MappingNode, line: int, mistakes: list[Mistake]) -> Table:
    table = Table(entries={}, lines={}, line=line)
    for key, value in node.value:
        at = _line(key)
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append(Mistake(line=at, message="a key is a word", remedy="write it without brackets"))
        elif key.value in table.entries:
            message = f"{key.value}: stands twice, first in line {table.lines[key.value]}"
            mistakes.append(Mistake(line=at, message=message, remedy="keep one of them"))
        else:
            table.entries[key.value] = _read(value, mistakes)
            table.lines[key.value] = at
    return table


def _scalar(text: str) -> bool | int | float | str | None:
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= 40 else text  # noqa: PLR2004  # longer than any number of a database
    return float(text) if _FLOAT.fullmatch(text) else text
