"""What stands in rls.yaml: identities, rows, and what each identity may do with a table.

Everything that is wrong with a file is said at once, each with its line, its key, and what to write instead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from orchestrator.domain.declared import Mistake
from orchestrator.domain.matrix import Command
from orchestrator.probes.declared.yaml_text import Items, Node, Table, Text, plain, read, unknown_keys

_TOP: Final = ("identities", "seed", "tests")
_IDENTITY: Final = ("role", "user", "claims")
_SEED: Final = ("table", "rows")
_COMMANDS: Final = tuple(command.value for command in Command)
_TEST: Final = ("name", "table", "as", "seed", "where", *_COMMANDS)
_TRY: Final = ("expect", "where", "values")


@dataclass(frozen=True, kw_only=True, slots=True)
class Somebody:
    """An identity: a role, and the token that leads to it."""

    name: str
    role: str
    #: the claim `sub`; empty: no user
    user: str = ""
    #: further claims, laid over those that every token has
    claims: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SeedRow:
    """One row that is there before a test."""

    table: str
    row: Mapping[str, Any]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Try:
    """One command, and what is expected of it."""

    command: Command
    #: allow, deny, or how many rows
    expect: str | int
    #: columns of the rows that it is about; empty: all rows
    where: Mapping[str, Any]
    #: what insert writes and update sets
    values: Mapping[str, Any]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RlsTest:
    """What one identity may do with one table."""

    name: str
    table: str
    who: Somebody
    seed: tuple[SeedRow, ...]
    tries: tuple[Try, ...]
    line: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RlsForm:
    """A whole rls.yaml without a mistake."""

    seed: tuple[SeedRow, ...]
    tests: tuple[RlsTest, ...]


#: what needs no definition: roles without a token of a user
_ALWAYS: Final = {name: Somebody(name=name, role=name) for name in ("anon", "service_role")}


def read_form(text: str) -> RlsForm | tuple[Mistake, ...]:
    """Return what the file says, or everything that is wrong with it by line."""
    mistakes: list[Mistake] = []
    top = read(text, mistakes)
    if top is not None and not mistakes:
        form = _Reader(mistakes).form(top)
        if not mistakes:
            return form
    if not mistakes:
        mistakes.append(
            Mistake(line=1, message="the file is empty", remedy="write tests, or delete the file")
        )
    return tuple(sorted(mistakes, key=lambda mistake: mistake.line))


class _Reader:
    """Reads the parts; what is wrong is put on a list, and something harmless given instead."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self._mistakes = mistakes
        self._identities: dict[str, Somebody] = dict(_ALWAYS)

    def form(self, top: Node) -> RlsForm:
        table = self._table(top, "the file", _TOP, at="")
        self._read_identities(table)
        seed = self._seeds(table, at="")
        tests = tuple(self._tests(table))
        if table.entries and "tests" not in table.entries:
            self._wrong(table.line, "tests: missing", "write a list of tests")
        return RlsForm(seed=seed, tests=tests)

    def _read_identities(self, top: Table) -> None:
        if "identities" not in top.entries:
            return
        named = self._table(top.entries["identities"], "identities", None, at="identities.")
        for name, node in named.entries.items():
            at = f"identities.{name}"
            one = self._table(node, at, _IDENTITY, at=f"{at}.")
            self._identities[name] = Somebody(
                name=name,
                role=self._text(one, "role", f"{at}.", "the database role, such as authenticated"),
                user=self._text(one, "user", f"{at}.", "the user's id", optional=True),
                claims=self._mapping(one, "claims", f"{at}."),
            )

    def _seeds(self, holder: Table, *, at: str) -> tuple[SeedRow, ...]:
        return tuple(
            SeedRow(table=table, row=self._row(row, where), line=row.line)
            for place, node in enumerate(self._items(holder, "seed", at), start=1)
            for where in [f"{at}seed[{place}]"]
            for one in [self._table(node, where, _SEED, at=f"{where}.")]
            for table in [self._text(one, "table", f"{where}.", "the table, such as public.orders")]
            for row in self._rows(one, where)
        )

    def _rows(self, one: Table, at: str) -> Sequence[Node]:
        if one.entries and "rows" not in one.entries:
            self._wrong(one.line, f"{at}.rows: missing", "write a list of rows, each with its columns")
        return self._items(one, "rows", f"{at}.")

    def _tests(self, top: Table) -> Iterator[RlsTest]:
        for place, node in enumerate(self._items(top, "tests", ""), start=1):
            at = f"tests[{place}]"
            one = self._table(node, at, _TEST, at=f"{at}.")
            if not one.entries:
                continue
            table = self._text(one, "table", f"{at}.", "the table, such as public.orders")
            name = self._text(one, "name", f"{at}.", "a sentence", optional=True)
            where = self._mapping(one, "where", f"{at}.")
            tries = tuple(self._tries(one, where, at))
            if not any(command in one.entries for command in _COMMANDS):
                message = f"{at} expects nothing"
                self._wrong(one.line, message, f"write one of {', '.join(_COMMANDS)} with allow or deny")
            seed = self._seeds(one, at=f"{at}.")
            for who in self._who(one, at):
                yield RlsTest(name=name, table=table, who=who, seed=seed, tries=tries, line=one.line)

    def _who(self, one: Table, at: str) -> Iterator[Somebody]:
        names = one.entries.get("as")
        if names is None:
            self._wrong(one.line, f"{at}.as: missing", f"write one of {', '.join(self._identities)}")
            return
        for node in names.items if isinstance(names, Items) else (names,):
            name = node.value if isinstance(node, Text) else None
            if isinstance(name, str) and name in self._identities:
                yield self._identities[name]
                continue
            known = ", ".join(self._identities)
            what = f"{name!r} is no identity" if isinstance(node, Text) else "a list of names is wanted"
            self._wrong(node.line, f"{at}.as: {what}", f"write one of {known}, or define it under identities")

    def _tries(self, one: Table, where: Mapping[str, Any], at: str) -> Iterator[Try]:
        for command in Command:
            if command.value not in one.entries:
                continue
            node, key = one.entries[command.value], f"{at}.{command}"
            if isinstance(node, Table):
                more = self._table(node, key, _TRY, at=f"{key}.")
                line, expect = (
                    one.lines[command.value],
                    self._expect(more.entries.get("expect"), command, key, more),
                )
                own = self._mapping(more, "where", f"{key}.")
                values = self._mapping(more, "values", f"{key}.")
            else:
                line, expect, own, values = node.line, self._expect(node, command, key), {}, {}
            if command is Command.INSERT and not values:
                remedy = "write insert: {expect: allow, values: {column: value}}"
                self._wrong(line, f"{key}.values: missing; an insert needs a row", remedy)
            yield Try(command=command, expect=expect, where=own or where, values=values, line=line)

    def _expect(
        self, node: Node | None, command: Command, key: str, holder: Table | None = None
    ) -> str | int:
        value = node.value if isinstance(node, Text) else None
        counted = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if value in ("allow", "deny") or (counted and command is not Command.INSERT):
            assert isinstance(value, str | int), "it was just looked at"
            return value
        line = node.line if node is not None else holder.line if holder else 1
        what = (
            "missing" if node is None else f"{value!r} is no expectation" if value is not None else "no value"
        )
        wanted = "allow or deny" if command is Command.INSERT else "allow, deny, or how many rows"
        self._wrong(line, f"{key}: {what}", f"write {wanted}")
        return "deny"

    def _table(self, node: Node, what: str, known: Sequence[str] | None, *, at: str) -> Table:
        if not isinstance(node, Table) or not node.entries:
            wanted = f"with {', '.join(known)}" if known else "of names"
            is_wrong = "is empty" if isinstance(node, Table) else "is no mapping"
            self._wrong(node.line, f"{what} {is_wrong}", f"write a mapping {wanted}")
            return Table(entries={}, lines={}, line=node.line)
        if known is not None:
            self._mistakes += unknown_keys(node, known, at)
        return node

    def _items(self, holder: Table, key: str, at: str) -> Sequence[Node]:
        node = holder.entries.get(key)
        if node is None:
            return ()
        if not isinstance(node, Items):
            self._wrong(node.line, f"{at}{key} is no list", "begin each of its lines with a dash")
            return ()
        return node.items

    def _text(self, holder: Table, key: str, at: str, wanted: str, *, optional: bool = False) -> str:
        node = holder.entries.get(key)
        if node is None:
            if holder.entries and not optional:
                self._wrong(holder.line, f"{at}{key}: missing", f"write {wanted}")
            return ""
        if isinstance(node, Text) and isinstance(node.value, str) and node.value:
            return node.value
        self._wrong(node.line, f"{at}{key} is no text", f"write {wanted}, in quotes if it is a number")
        return ""

    def _mapping(self, holder: Table, key: str, at: str) -> Mapping[str, Any]:
        node = holder.entries.get(key)
        return {} if node is None else self._row(node, f"{at}{key}")

    def _row(self, node: Node, what: str) -> Mapping[str, Any]:
        row = plain(node)
        if isinstance(row, dict):
            return row
        self._wrong(node.line, f"{what} is no mapping", "write column: value")
        return {}

    def _wrong(self, line: int, message: str, remedy: str) -> None:
        self._mistakes.append(Mistake(line=line, message=message, remedy=remedy))
