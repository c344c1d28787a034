"""Which texts the code hands to a parameter of some name, found in the syntax tree."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.pages import ROOT

_WORD = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What reaches the parameter."""

    #: texts written at a call
    written: frozenset[str]
    #: whatever else stands at a call, as source text: a name, a look-up
    computed: frozenset[str]


@cache
def given_to(parameter: str, *paths: str) -> Given:
    """Look at every call in these folders or files that fills the parameter, by keyword or by position."""
    trees = [ast.parse(file.read_text()) for file in _files(paths)]
    everywhere = {name: at for tree in trees for name, at in _positions(tree, parameter) if name[0] != "_"}
    leaves = [
        leaf
        for tree in trees
        for positions in [everywhere | dict(_positions(tree, parameter))]
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        for value in _values(call, parameter, positions)
        for leaf in _leaves(value)
    ]
    texts = {leaf: text for leaf in leaves if (text := _text(leaf)) is not None}
    return Given(
        written=frozenset(texts.values()),
        computed=frozenset(ast.unparse(leaf) for leaf in leaves if leaf not in texts),
    )


def tabled(path: str) -> set[str]:
    """Return the words that stand first in a tuple, or as a value of a dictionary: tables of codes."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        values = node.elts[:1] if isinstance(node, ast.Tuple) else []
        values += node.values if isinstance(node, ast.Dict) else []
        found |= {text for value in values if value and (text := _text(value))}
    return {word for word in found if _WORD.fullmatch(word)}


def _files(paths: Iterable[str]) -> Iterator[Path]:
    for path in map(ROOT.joinpath, paths):
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _positions(tree: ast.Module, parameter: str) -> Iterator[tuple[str, int]]:
    """Yield the functions that take it by position, and at which."""
    for function in ast.walk(tree):
        if isinstance(function, _FUNCTIONS):
            names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
            names = names[1:] if names[:1] in (["self"], ["cls"]) else names
            if parameter in names:
                yield function.name, names.index(parameter)


def _values(call: ast.Call, parameter: str, positions: dict[str, int]) -> Iterator[ast.expr]:
    yield from (keyword.value for keyword in call.keywords if keyword.arg == parameter)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    at = positions.get(name)
    if at is not None and at < len(call.args):
        yield call.args[at]


def _leaves(value: ast.expr) -> list[ast.expr]:
    return [*_leaves(value.body), *_leaves(value.orelse)] if isinstance(value, ast.IfExp) else [value]


def _text(leaf: ast.expr) -> str | None:
    return leaf.value if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) else None
