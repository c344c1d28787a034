"""What policies ask of a row before they admit somebody: whose it is, and which values it bears.

Policies, and the functions that they call, are searched for the few shapes in which nearly all of them are
written. What is missed here costs a row that nobody reaches, never a false allow: every answer comes from the
server.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from orchestrator.probes.seeding.ground import Column, Ground, Policy, Table
from orchestrator.probes.seeding.qualified import about
from orchestrator.probes.seeding.shapes import Path, Said, constants, gives_uid, respelled, said
from orchestrator.probes.seeding.values import is_text

#: who may most stands first; what else is asked for follows in the order in which it is written
PRIVILEGED_WORDS: Final = (
    "owner",
    "admin",
    "administrator",
    "superadmin",
    "super_admin",
    "manager",
    "editor",
)
#: so many ways in which one table's rows may suit policies are tried
_MOST_WAYS: Final = 3
#: a check that lists what a column may hold
_LISTS: Final = re.compile(r"= ANY|\bIN\b", re.IGNORECASE)
#: no user's id fits in: a policy means another table's column of that name
_NO_IDS: Final = frozenset({"bool", "int2", "int4", "int8", "numeric", "float4", "float8", "oid"})
#: more than a policy excludes
_OTHER_WORDS: Final = tuple(f"other{number or ''}" for number in range(50))
_WHOLE: Final = re.compile(r"-?\d{1,18}")
#: what a constant has to look like for a column of the type
_FORMS: Final = {
    "int2": _WHOLE,
    "int4": _WHOLE,
    "int8": _WHOLE,
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
}
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
    claims: Mapping[Path, str] | None = None
    #: the values that policies ask for, by column
    values: Mapping[str, tuple[str, ...]] | None = None
    #: where policies ask for several words of a list, one that none asks for
    unasked: Mapping[str, str] = field(default_factory=dict)
    #: names of folders that a file may lie in
    folders: tuple[str, ...] = ()

    @property
    def ways(self) -> int:
        """Say how many rows of one user it takes to try all these values."""
        return min(_MOST_WAYS, max((len(each) for each in (self.values or {}).values()), default=0))

    @property
    def lowly(self) -> dict[str, str]:
        """Return what fits, but for a standing that no policy asks for; empty where there is none."""
        return {**self.fitting(1), **self.unasked} if self.unasked else {}

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
        self._wrappers = frozenset(
            each.bare for each in ground.functions.values() if each.says and gives_uid(each.says)
        )
        self._words = {oid: said(each.says).words for oid, each in ground.functions.items()}
        self._named: dict[str, list[int]] = defaultdict(list)
        for function in ground.functions.values():
            self._named[function.bare].append(function.oid)
        self._by_name: dict[str, list[int]] = defaultdict(list)
        for table in ground.tables.values():
            self._by_name[table.bare].append(table.oid)
        for view in ground.views.values():
            self._by_name[view.bare].append(view.oid)
        self._relations = frozenset(self._by_name)
        self._reach: dict[int, frozenset[int]] = {}
        self._wishes: dict[int, Wishes] = {}
        #: by table: policies that look into it; functions that policies call and that name it
        self._looking: dict[int, list[Policy]] = defaultdict(list)
        self._speaking: dict[int, dict[int, None]] = defaultdict(dict)
        self._called: dict[int, None] = {}
        #: by table and by function: the tables whose policies look into it, or call it
        self._readers: dict[int, set[int]] = defaultdict(set)
        self._callers: dict[int, set[int]] = defaultdict(set)
        #: tables whose policies call what cannot be read: other languages, SQL that is put together
        self.unread: set[int] = set()
        for table in ground.tables.values():
            for policy in table.policies:
                self._note(table, policy)

    def read_by(self, table: Table) -> Iterator[int]:
        """Yield the tables that a table's policies look into, by themselves and through functions."""
        for policy in table.policies:
            _, relations = self.reached(policy.calls, policy.reads)
            yield from (oid for oid in relations if oid in self._ground.tables)

    def of(self, table: Table) -> Wishes:
        """Read what is asked of one table's rows."""
        if table.oid not in self._wishes:
            self._wishes[table.oid] = self._read(table)
        return self._wishes[table.oid]

    def through(self, functions: Iterable[int]) -> tuple[int, ...]:
        """Return functions with those that they call, as far as their bodies can be read."""
        return tuple(sorted(frozenset().union(*(self._through(oid, frozenset()) for oid in functions))))

    def reached(
        self, calls: Iterable[int], reads: Iterable[int] = ()
    ) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return all functions, and all tables and views, that these lead to through one another."""
        functions: dict[int, None] = {}
        relations: dict[int, None] = {}
        callees, ahead = [*calls], [*reads]
        while callees or ahead:
            for function in self.through(callees):
                if function not in functions:
                    functions[function] = None
                    ahead += self._mentioned(function)
            callees = []
            while ahead:
                relation = ahead.pop()
                if relation in relations:
                    continue
                relations[relation] = None
                if view := self._ground.views.get(relation):
                    ahead += view.reads
                    callees += view.calls
        return tuple(functions), tuple(relations)

    def naming(self, words: Collection[str]) -> Iterator[int]:
        """Yield the tables whose policies call functions that name one of these."""
        for function, callers in self._callers.items():
            if not self._words[function].isdisjoint(words):
                yield from callers

    def readers(self, table: int) -> Collection[int]:
        """Return the tables whose policies look into this one."""
        return self._readers.get(table, ())

    def calling(self, names: Collection[str]) -> Iterator[int]:
        """Yield the tables whose policies call a function of such a name, through others too."""
        for name in names:
            for function in self._named.get(name, ()):
                yield from self._callers.get(function, ())

    def claims_asked(self) -> dict[Path, str]:
        """Return the claims that any policy, or what it calls, holds against a constant."""
        texts = [
            text for table in self._ground.tables.values() for each in table.policies for text in each.texts
        ]
        found: dict[Path, str] = {}
        for text in (*texts, *(self._ground.functions[oid].says for oid in self._called)):
            found = {**said(text).claims, **found}
        return found

    def _read(self, table: Table) -> Wishes:
        texts = [
            said(about(respelled(text, self._wrappers), table.bare, self._relations))
            for text in dict.fromkeys(self._texts(table))
        ]
        values = {
            column.name: found
            for column in table.columns.values()
            if not column.generated and (found := _asked(table, column, texts))
        }
        owners = tuple(
            name
            for name in _columns(table, (name for text in texts for name in text.owners))
            if table.columns[name].type not in _NO_IDS
        )
        return Wishes(
            owners=owners,
            owner_lists=_columns(table, (name for text in texts for name in text.owner_lists), arrays=True),
            mails=_columns(table, (name for text in texts for name in text.mails)),
            claims=_claims(table, texts),
            values={name: each for name, each in values.items() if name not in owners},
            unasked=dict(_unasked(table, values)),
            folders=tuple(dict.fromkeys(folder for text in texts for folder in text.folders)),
        )

    def _note(self, table: Table, policy: Policy) -> None:
        functions, relations = self.reached(policy.calls, policy.reads)
        self._called |= dict.fromkeys(functions)
        for oid in relations:
            self._readers[oid].add(table.oid)
            if oid != table.oid:
                self._looking[oid].append(policy)
        for function in functions:
            self._callers[function].add(table.oid)
            for oid in self._mentioned(function):
                self._speaking[oid][function] = None
            told = self._ground.functions[function]
            if told.language or "execute" in self._words[function]:
                self.unread.add(table.oid)

    def _texts(self, table: Table) -> Iterator[str]:
        for policy in table.policies:
            yield from policy.texts
        for function in self._speaking[table.oid]:
            yield self._ground.functions[function].says
        for policy in self._looking[table.oid]:
            yield from policy.texts

    def _through(self, oid: int, before: frozenset[int]) -> frozenset[int]:
        """Return a function with all that it calls; the server's own and those of extensions are none."""
        if oid not in self._ground.functions or oid in before:
            return frozenset()
        if oid not in self._reach:
            inner = set(self._ground.functions[oid].calls) | {
                other for word in self._words[oid] for other in self._named.get(word, ()) if other != oid
            }
            reached = (self._through(other, before | {oid}) for other in sorted(inner))
            self._reach[oid] = frozenset({oid}).union(*reached)
        return self._reach[oid]

    def _mentioned(self, function: int) -> Iterator[int]:
        yield from self._ground.functions[function].reads
        for word in self._words[function]:
            yield from self._by_name.get(word, ())


def allowed_values(table: Table, column: Column) -> tuple[str, ...]:
    """Return the words that a column may hold, where its type or a check lists them."""
    if column.labels:
        return column.labels
    for check in table.checks:
        if check.columns == (column.name,) and _LISTS.search(check.says):
            return tuple(dict.fromkeys(constants(check.says)))
    return ()


def _asked(table: Table, column: Column, texts: Sequence[Said]) -> tuple[str, ...]:
    allowed = allowed_values(table, column)
    found = dict.fromkeys(value for text in texts for value in _asked_in(column, text, allowed))
    return tuple(
        sorted(found, key=lambda value: PRIVILEGED_WORDS.index(value) if value in PRIVILEGED_WORDS else 99)
    )


def _asked_in(column: Column, text: Said, allowed: Sequence[str]) -> Iterator[str]:
    if column.is_array:
        return
    if column.type == "bool":
        if column.name in text.words:
            yield "true"
    elif column.type in _TIMES:
        yield from text.moments.get(column.name, ())
    elif allowed:
        unlike = text.unlike.get(column.name, ())
        if unlike:
            yield from [value for value in allowed if value not in unlike][:1]
        yield from (value for value in text.constants if value in allowed)
    elif is_text(column) or column.type in _FORMS:
        # what a function gives for the column may be held against something else: role_in(team) = 'admin'
        form = _FORMS.get(column.type)
        yield from (value for value in text.values.get(column.name, ()) if not form or form.fullmatch(value))
        if is_text(column) and column.name in text.unlike:
            # what the column holds by itself may be what the policy excludes
            yield next(word for word in _OTHER_WORDS if word not in text.unlike[column.name])


def _unasked(table: Table, asked: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    for name, values in asked.items():
        others = [value for value in allowed_values(table, table.columns[name]) if value not in values]
        if others and len(values) > 1:
            yield name, others[-1]


def _columns(table: Table, names: Iterable[str], *, arrays: bool = False) -> tuple[str, ...]:
    """Return the names that are columns of the table."""
    return tuple(
        dict.fromkeys(
            name for name in names if name in table.columns and table.columns[name].is_array is arrays
        )
    )


def _claims(table: Table, texts: Sequence[Said]) -> dict[Path, str]:
    found: dict[Path, str] = {}
    for text in texts:
        for path, names in text.beside_claims:
            if column := next((name for name in names if name in table.columns), None):
                found[path] = column
    return found
