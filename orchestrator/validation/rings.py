"""Rings of policies: what PostgreSQL refuses with 42P17 as soon as somebody asks.

To answer a statement on a table, the server works the table's policies in; what their sub-selects read, they
read by SELECT, so the SELECT policies of those tables are worked in as well. It stops with an error where it
comes to a table a second time, and that table's policies hold any sub-select at all, be it
(select auth.uid()). Functions that are called are not looked into: a security definer function asks no
policies. tests/integration/validation/test_rings.py holds all this against the server.
"""

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import pairwise, product
from typing import Final

from orchestrator.domain.shape import Name, Policy, Table, TableKind
from orchestrator.validation.expression import Expression
from orchestrator.validation.reach import CLIENTS, COMMANDS
from orchestrator.validation.standing import StandingPolicy
from orchestrator.validation.world.world import World

#: they pass by all policies
_EXEMPT: Final = frozenset({"service_role", "postgres", "supabase_admin", "public"})

_Standing = Mapping[tuple[Name, str], StandingPolicy]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ring:
    """Tables whose policies read each other until they come back."""

    #: the table that is asked first, and last again
    tables: tuple[Name, ...]
    command: str
    role: str
    #: those of its policies that the files under review have written, in their order
    policies: tuple[StandingPolicy, ...]
    #: whether what is known of its other policies is enough to be sure
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clause:
    """What a policy adds to one command."""

    policy: Policy
    #: tables that it reads as the client
    reads: frozenset[Name]
    #: in whichever of its expressions
    has_subselect: bool
    certain: bool

    def holds_for(self, role: str) -> bool:
        return not {role, "public"}.isdisjoint(self.policy.roles)


def rings(world: World, standing: _Standing, off: Container[Name] = ()) -> Iterator[Ring]:
    """Yield each ring once in which one of these policies stands.

    A table that nobody knows is taken to have row level security and just these policies, for without it they
    would do nothing; `off` is where it is switched off.
    """
    known = {**_supposed(world, standing, off), **world.tables}
    tables = _circling(known)
    policies = _Policies(known, standing, tables)
    told: set[frozenset[Name]] = set()
    for start, command, role in product(tables, COMMANDS, _roles(standing) if tables else ()):
        way = policies.way_back(start, command, role)
        if way and frozenset(way) not in told:
            ring = policies.ring(way, command, role)
            if ring.policies:
                told.add(frozenset(way))
                yield ring


def _supposed(world: World, standing: _Standing, off: Container[Name]) -> dict[Name, Table]:
    """Make up the tables of these policies that are not known; none where every table is known."""
    found: dict[Name, Table] = {}
    for policy in () if world.whole else standing.values():
        name = policy.table
        if name in world.tables or name in off:
            continue
        reads = {world.named(each) for said in policy.said() for each in said.expression.reads}
        own = Policy(
            name=policy.name,
            command=policy.command,
            roles=policy.roles,
            permissive=policy.permissive,
            reads=frozenset(reads),
        )
        table = found.get(name) or Table(name=name, row_security=True)
        found[name] = replace(table, policies=(*table.policies, own))
    return found


def _roles(standing: _Standing) -> tuple[str, ...]:
    """Return all roles for which there are policies, clients first."""
    named = {role for policy in standing.values() for role in policy.roles}
    return (*reversed(CLIENTS), *sorted(named - _EXEMPT - set(CLIENTS)))


def _circling(tables: Mapping[Name, Table]) -> list[Name]:
    """Return the tables on ways over policies from ring to ring, whatever the roles and commands."""
    reads = {
        name: _as_client(frozenset().union(*(policy.reads for policy in table.policies)), tables)
        for name, table in tables.items()
        if table.row_security and any(policy.reads for policy in table.policies)
    }
    inside = {name: several & reads.keys() for name, several in reads.items()}
    read_by: defaultdict[Name, set[Name]] = defaultdict(set)
    for name, several in inside.items():
        for each in several:
            read_by[each].add(name)
    endless = _without_ends(inside, read_by)
    return list(_without_ends({name: read_by[name] & endless.keys() for name in endless}, inside))


def _without_ends(
    ways: Mapping[Name, AbstractSet[Name]], back: Mapping[Name, AbstractSet[Name]]
) -> dict[Name, AbstractSet[Name]]:
    """Leave out from where every way ends, again and again; `back` holds the same ways backwards."""
    left = {name: len(several) for name, several in ways.items()}
    ended = [name for name, number in left.items() if number == 0]
    while ended:
        for name in back.get(ended.pop(), ()):
            if name in left:
                left[name] -= 1
                if left[name] == 0:
                    ended.append(name)
    return {name: ways[name] for name, number in left.items() if number > 0}


def _as_client(names: frozenset[Name], tables: Mapping[Name, Table]) -> frozenset[Name]:
    """Return the tables behind these names: a view without security_invoker asks nobody."""
    waiting, seen = [*names], set()
    while waiting:
        name = waiting.pop()
        table = tables.get(name)
        if table is not None and name not in seen:
            seen.add(name)
            if table.kind is TableKind.VIEW and table.security_invoker:
                waiting.extend(table.reads)
    return frozenset(name for name in seen if tables[name].kind is not TableKind.VIEW)


class _Policies:
    """The policies of all tables that have row level security, as a graph."""

    def __init__(self, known: Mapping[Name, Table], standing: _Standing, tables: list[Name]) -> None:
        self._known = known
        self._standing = standing
        self._clauses: defaultdict[tuple[Name, str], list[_Clause]] = defaultdict(list)
        for name, command in product(tables, COMMANDS):
            for policy in known[name].policies:
                self._clauses[name, command].extend(self._clauses_of(name, policy, command))

    def way_back(self, start: Name, command: str, role: str) -> tuple[Name, ...]:
        """Return the shortest way over what policies read that ends where it began; empty without one."""
        if not any(clause.has_subselect for clause in self._asked(start, "SELECT", role)):
            return ()
        came_from: dict[Name, Name] = {}
        waiting = deque([(start, command)])
        while waiting:
            here, asked = waiting.popleft()
            for there in (name for clause in self._asked(here, asked, role) for name in clause.reads):
                if there == start:
                    return _way(start, here, came_from)
                if there not in came_from:
                    came_from[there] = here
                    waiting.append((there, "SELECT"))
        return ()

    def ring(self, tables: tuple[Name, ...], command: str, role: str) -> Ring:
        """Tell which policies lead from one table of the way to the next, and which end it."""
        steps = [
            [(here, clause) for clause in self._asked(here, asked, role) if there in clause.reads]
            for (here, there), asked in zip(pairwise(tables), self._commands(command), strict=False)
        ]
        if command != "SELECT":
            ending = self._asked(tables[0], "SELECT", role)
            steps.append([(tables[0], clause) for clause in ending if clause.has_subselect])
        keys = {(table, clause.policy.name) for step in steps for table, clause in step}
        return Ring(
            tables=tables,
            command=command,
            role=role,
            policies=tuple(policy for key, policy in self._standing.items() if key in keys),
            certain=all(any(clause.certain for _, clause in step) for step in steps),
        )

    @staticmethod
    def _commands(first: str) -> Iterator[str]:
        yield first
        while True:
            yield "SELECT"

    def _asked(self, name: Name, command: str, role: str) -> list[_Clause]:
        """Return what holds for a role; where nothing permissive does, the answer is no without asking."""
        clauses = [each for each in self._clauses.get((name, command), ()) if each.holds_for(role)]
        return clauses if any(each.policy.permissive for each in clauses) else []

    def _clauses_of(self, table: Name, policy: Policy, command: str) -> Iterator[_Clause]:
        if policy.command not in {command, "ALL"}:
            return
        standing = self._standing.get((table, policy.name))
        if standing is None or not standing.is_new:
            yield _Clause(
                policy=policy,
                reads=_as_client(policy.reads, self._known),
                has_subselect=bool(policy.reads),
                certain=policy.command != "ALL",
            )
            return
        expressions = _expressions(standing, command)
        if expressions:
            has_one = standing.using is None or standing.check is None
            read = frozenset(
                each for each in policy.reads if has_one or any(_reads(one, each) for one in expressions)
            )
            yield _Clause(
                policy=policy,
                reads=_as_client(read, self._known),
                has_subselect=_has_subselect(standing),
                certain=True,
            )


def _expressions(policy: StandingPolicy, command: str) -> list[Expression]:
    """Return what a policy asks for a command: USING of the rows there are, WITH CHECK of new ones."""
    check = policy.check or policy.using
    match command:
        case "INSERT":
            said = [check]
        case "UPDATE":
            said = [policy.using, check]
        case _:
            said = [policy.using]
    return [each.expression for each in said if each]


def _has_subselect(policy: StandingPolicy) -> bool:
    """Look at both expressions: the server remembers it of the policy as a whole."""
    expressions = [said.expression for said in policy.said()]
    return any(one.reads or any(call.once for call in one.calls) for one in expressions)


def _reads(expression: Expression, name: Name) -> bool:
    return any(each.name == name.name and each.schema in {None, name.schema} for each in expression.reads)


def _way(start: Name, last: Name, came_from: Mapping[Name, Name]) -> tuple[Name, ...]:
    way = [start]
    while last != start:
        way.append(last)
        last = came_from[last]
    return (start, *reversed(way))
