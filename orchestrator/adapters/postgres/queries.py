"""Named queries: SQL lives in .sql files beside this module, one file per subject.

A query begins with `-- name: its_name`. Comment lines directly below the name say what it is for and are
not sent; everything up to the next name belongs to the query.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)
_LEADING_COMMENTS = re.compile(r"\A(?:\s*--[^\n]*\n)*\s*")


@cache
def load(package_relative_path: str) -> Mapping[str, str]:
    """Read the queries of one file, e.g. `load("sql/target/history.sql")["rows"]`.

    Raises FileNotFoundError for an unknown file and ValueError where a name stands twice or has no SQL.
    """
    text = resources.files(__package__).joinpath(package_relative_path).read_text(encoding="utf-8")
    queries: dict[str, str] = {}
    for name, sql in _named(text):
        if name in queries or not sql:
            raise ValueError(f"{package_relative_path}: query {name} stands twice or is empty")
        queries[name] = sql
    return MappingProxyType(queries)


def _named(text: str) -> Iterator[tuple[str, str]]:
    parts = _NAME.split(text)
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        yield name, _LEADING_COMMENTS.sub("", body).strip().removesuffix(";").rstrip()
