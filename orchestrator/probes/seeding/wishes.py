"""What policies ask of a row before they admit somebody: whose it is, and which values it bears.

Policies, and the functions that they call, are searched for the few shapes in which nearly all of them are
written. What is missed here costs a row that nobody reaches, never a false allow: every answer comes from the
server.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.probes.seeding.ground import Column, Ground, Policy, Table
from orchestrator.probes.seeding.values import is_text

_CAST = r"(?:::[\w.\" ]+(?:\[\])?)?"
#: a column, perhaps of a table, perhaps in brackets, perhaps cast
_COLUMN = rf"\(*(?:\"?\w+\"?\.)*\"?(\w+)\"?\)*{_CAST}\)*"
_UID = rf"\(*(?:select\s+)?\(*auth\.uid\(\)\)*{_CAST}(?:\s+as\s+uid)?\)*{_CAST}"
_EMAIL = (
    rf"\(*(?:select\s+)?\(*(?:auth\.email\(\)|auth\.jwt\(\)\)*\s*->>\s*'email'){_CAST}"
    rf"(?:\s+as\s+\"?[\w?]+\"?)?\)*{_CAST}"
)
_JWT = (
    r"\(*(?:select\s+)?\(*auth\.jwt\(\)(?:\s+as\s+jwt)?\)*"
    rf"(?:\s*->\s*'(?P<outer>\w+)'{_CAST}\)*)?\s*->>\s*'(?P<claim>\w+)'{_CAST}\)*{_CAST}\)*"
)
_CONSTANT = r"'((?:[^']|'')*)'"


def _either_way(value: str) -> re.Pattern[str]:
    return re.compile(rf"{_COLUMN}\s*=\s*{value}|{value}\s*=\s*{_COLUMN}", re.IGNORECASE)


_OWNS: Final = _either_way(_UID)
_MAILS: Final = _either_way(_EMAIL)
_OWNS_AMONG: Final = re.compile(rf"{_UID}\s*=\s*any\s*\({_COLUMN}", re.IGNORECASE)
_OWNS_INSIDE: Final = re.compile(rf"{_COLUMN}\s*@>\s*array\s*\[{_UID}", re.IGNORECASE)
_CLAIMS: Final = (
    re.compile(rf"{_COLUMN}\s*=\s*{_JWT}", re.IGNORECASE),
    re.compile(rf"{_JWT}\s*=\s*{_COLUMN}", re.IGNORECASE),
)
_CLAIM_IS: Final = (
    re.compile(rf"{_JWT}\s*=\s*(?P<constant>{_CONSTANT})", re.IGNORECASE),
    re.compile(rf"(?P<constant>{_CONSTANT}){_CAST}\s*=\s*{_JWT}", re.IGNORECASE),
)
#: a claim that is a truth by itself
_CLAIM_IS_TRUE: Final = re.compile(
    r"auth\.jwt\(\)(?:\s+as\s+jwt)?\)*(?:\s*->\s*'(?P<outer>\w+)'(?:::text)?\)*)?\s*->>\s*'(?P<claim>\w+)'(?:::text)?\)*::bool",
    re.IGNORECASE,
)
_EQUALS: Final = re.compile(rf"{_COLUMN}\s*=\s*{_CONSTANT}", re.IGNORECASE)
_IS_ONE_OF: Final = re.compile(
    rf"{_COLUMN}\s*(?:=\s*any\s*\(+\s*array\s*\[|in\s*\()(?P<many>[^\])]*)", re.IGNORECASE
)
_IS_THERE: Final = re.compile(rf"{_COLUMN}\s+is\s+not\s+null", re.IGNORECASE)
_LATER: Final = re.compile(rf"{_COLUMN}\s*>=?\s*\(?now\(\)", re.IGNORECASE)
_EARLIER: Final = re.compile(rf"{_COLUMN}\s*<=?\s*\(?now\(\)", re.IGNORECASE)
_WORD: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile(_CONSTANT)

#: who may most stands first; what else is asked for follows in the order in which it is written
_PRIVILEGED: Final = ("owner", "admin", "administrator", "superadmin", "super_admin", "manager", "editor")
#: so many ways in which one table's rows may suit policies are tried
_MOST_WAYS: Final = 3
_TIMES: Final = frozenset({"date", "timestamp", "timestamptz"})


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What a row of a table should look like for policies to tell users apart by it."""

    #: columns that hold the id of the user whose row it is
    owners: tuple[str, ...] = ()
    #: arrays that hold it
    owner_lists: tuple[str, ...] = ()
    #: columns that hold the user's e-mail address
    mails: tuple[str, ...] = ()
    #: a column's value that a token's claim repeats, by the path of the claim
    claims: Mapping[tuple[str, ...], str] | None = None
    #: the values that policies ask for, by column
    values: Mapping[str, tuple[str, ...]] | None = None

    @property
    def ways(self) -> int:
        """Say how many rows of one user it takes to try all these values."""
        return min(_MOST_WAYS, max((len(each) for each in (self.values or {}).values()), default=0))

    def fitting(self, way: int) -> dict[str, str]:
        """Return the values of one way, counted from 1; 0 asks for none."""
        if way == 0:
            return {}
        return {column: each[min(way, len(each)) - 1] for column, each in (self.values or {}).items()}


class Reading:
    """Reads the wishes of one ground."""

    def __init__(self, ground: Ground) -> None:
        """Find out which policies look into which tables, by themselves and through functions."""
        self._ground = ground
        self._words = {oid: frozenset(_WORD.findall(each.says)) for oid, each in ground.functions.items()}
        self._named: dict[str, list[int]] = defaultdict(list)
        for function in ground.functions.values():
            self._named[function.bare].append(function.oid)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for table in ground.tables.values():
            self._by_name[table.bare].append(table.oid)
        self._reach: dict[int, frozenset[int]] = {}
        self._wishes: dict[int, Wishes] = {}
        #: by table: policies that look into it; functions that policies call and that name it
        self._looking: dict[int, list[Policy]] = defaultdict(list)
        self._speaking: dict[int, dict[int, None]] = defaultdict(dict)
        self._called: dict[int, None] = {}
        #: by table and by function: the tables whose policies look into it, or call it
        self._readers: dict[int, set[int]] = defaultdict(set)
        self._callers: dict[int, set[int]] = defaultdict(set)
        self.looks_into_views = False
        for table in ground.tables.values():
            for policy in table.policies:
                self._note(table, policy)

    def read_by(self, table: Table) -> Iterator[int]:
        """Yield the tables that a table's policies look into, by themselves and through functions."""
        for policy in table.policies:
            yield from (oid for oid in policy.reads if oid in self._ground.tables)
            for function in self._functions(policy):
                yield from self._mentioned(function)

    def of(self, table: Table) -> Wishes:
        """Read what is asked of one table's rows."""
        if table.oid not in self._wishes:
            self._wishes[table.oid] = self._read(table)
        return self._wishes[table.oid]

    def readers(self, table: int) -> Collection[int]:
        """Return the tables whose policies look into this one."""
        return self._readers.get(table, ())

    def calling(self, names: Collection[str]) -> Iterator[int]:
        """Yield the tables whose policies call a function of such a name, through others too."""
        for name in names:
            for function in self._named.get(name, ()):
                yield from self._callers.get(function, ())

    def claims_asked(self) -> dict[tuple[str, ...], str]:
        """Return the claims that any policy, or what it calls, holds against a constant."""
        texts = [
            text for table in self._ground.tables.values() for each in table.policies for text in each.texts
        ]
        return _claims_asked([*texts, *(self._ground.functions[oid].says for oid in self._called)])

    def _read(self, table: Table) -> Wishes:
        texts = tuple(dict.fromkeys(self._texts(table)))
        values = {
            column.name: found
            for column in table.columns.values()
            if not column.generated and (found := _asked(table, column, texts))
        }
        owners = _columns(table, texts, _OWNS)
        return Wishes(
            owners=owners,
            owner_lists=(
                *_columns(table, texts, _OWNS_AMONG, arrays=True),
                *_columns(table, texts, _OWNS_INSIDE, arrays=True),
            ),
            mails=_columns(table, texts, _MAILS),
            claims=_claims(table, texts),
            values={name: each for name, each in values.items() if name not in owners},
        )

    def _note(self, table: Table, policy: Policy) -> None:
        functions = self._functions(policy)
        self._called |= dict.fromkeys(functions)
        for oid in policy.reads:
            self._looking[oid].append(policy)
            self._readers[oid].add(table.oid)
            self.looks_into_views |= oid not in self._ground.tables
        for function in functions:
            self._callers[function].add(table.oid)
            for oid in self._mentioned(function):
                self._speaking[oid][function] = None
                self._readers[oid].add(table.oid)
                if oid != table.oid:
                    self._looking[oid].append(policy)

    def _texts(self, table: Table) -> Iterator[str]:
        for policy in table.policies:
            yield from policy.texts
        for function in self._speaking[table.oid]:
            yield self._ground.functions[function].says
        for policy in self._looking[table.oid]:
            yield from policy.texts

    def _functions(self, policy: Policy) -> tuple[int, ...]:
        """Return the functions that a policy calls, through others too."""
        reached = frozenset().union(*(self._through(oid, frozenset()) for oid in policy.calls))
        return tuple(sorted(reached))

    def _through(self, oid: int, before: frozenset[int]) -> frozenset[int]:
        """Return a function with all that it calls; the server's own and those of extensions are none."""
        if oid not in self._ground.functions or oid in before:
            return frozenset()
        if oid not in self._reach:
            inner = {
                other for word in self._words[oid] for other in self._named.get(word, ()) if other != oid
            }
            reached = (self._through(other, before | {oid}) for other in sorted(inner))
            self._reach[oid] = frozenset({oid}).union(*reached)
        return self._reach[oid]

    def _mentioned(self, function: int) -> Iterator[int]:
        for word in self._words[function]:
            yield from self._by_name.get(word, ())


def allowed_values(table: Table, column: Column) -> tuple[str, ...]:
    """Return the words that a column may hold, where its type or a check lists them."""
    if column.labels:
        return column.labels
    for check in table.checks:
        if check.columns == (column.name,) and re.search(r"= ANY|\bIN\b", check.says, re.IGNORECASE):
            return tuple(dict.fromkeys(_constants(check.says)))
    return ()


def _asked(table: Table, column: Column, texts: Sequence[str]) -> tuple[str, ...]:
    found = dict.fromkeys(value for text in texts for value in _asked_in(table, column, text))
    return tuple(sorted(found, key=lambda value: _PRIVILEGED.index(value) if value in _PRIVILEGED else 99))


def _asked_in(table: Table, column: Column, text: str) -> Iterator[str]:
    if column.is_array:
        return
    if column.type == "bool":
        if re.search(rf"\b{re.escape(column.name)}\b", text):
            yield "true"
        return
    if column.type in _TIMES:
        yield from _moments(column, text)
        return
    if allowed := allowed_values(table, column):
        yield from (value for value in _constants(text) if value in allowed)
        return
    if is_text(column) or column.type in ("int2", "int4", "int8", "uuid"):
        yield from (match[2] for match in _EQUALS.finditer(text) if match[1] == column.name)
        for match in _IS_ONE_OF.finditer(text):
            if match[1] == column.name:
                yield from _constants(match["many"])


def _moments(column: Column, text: str) -> Iterator[str]:
    for pattern, value in ((_LATER, "2099-01-01"), (_EARLIER, "2000-01-01"), (_IS_THERE, "2020-01-01")):
        if any(match[1] == column.name for match in pattern.finditer(text)):
            yield value


def _columns(
    table: Table, texts: Sequence[str], pattern: re.Pattern[str], *, arrays: bool = False
) -> tuple[str, ...]:
    """Name the table's columns that stand in the pattern's column."""
    names = (name for text in texts for match in pattern.finditer(text) for name in match.groups() if name)
    return tuple(
        dict.fromkeys(
            name for name in names if name in table.columns and table.columns[name].is_array is arrays
        )
    )


def _claims(table: Table, texts: Sequence[str]) -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for text in texts:
        for pattern in _CLAIMS:
            for match in pattern.finditer(text):
                column = next((each for each in match.groups() if each in table.columns), None)
                path = tuple(each for each in (match["outer"], match["claim"]) if each)
                if column is not None and path not in (("email",), ("sub",), ("role",)):
                    found[path] = column
    return found


def _claims_asked(texts: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Return the claims that policies hold against a constant: what makes a token privileged."""
    found: dict[tuple[str, ...], str] = {}
    for text in texts:
        for pattern in (*_CLAIM_IS, _CLAIM_IS_TRUE):
            for match in pattern.finditer(text):
                path = tuple(each for each in (match["outer"], match["claim"]) if each)
                constant = match.groupdict().get("constant") or "'true'"
                if path not in (("email",), ("sub",), ("role",)):
                    found.setdefault(path, constant[1:-1].replace("''", "'"))
    return found


def _constants(text: str) -> Iterator[str]:
    return (match[1].replace("''", "'") for match in _QUOTED.finditer(text))
