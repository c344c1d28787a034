"""What stands at the end of all files: every policy in its newest words, and where they were written.

What a later statement drops, or the table of which is dropped, does not stand any more.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from orchestrator.domain.declaration import because_in
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.expression import Expression
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.world.world import World


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """An expression and the statement that wrote it."""

    expression: Expression
    seen: Seen[Change]


@dataclass(frozen=True, kw_only=True, slots=True)
class StandingPolicy:
    """A policy that these files have made or altered."""

    table: Name
    name: str
    #: ALL, SELECT, INSERT, UPDATE or DELETE
    command: str
    roles: tuple[str, ...]
    permissive: bool
    #: the newest statement about it
    seen: Seen[Change]
    #: whether these files make it: then an expression that is missing is not there
    is_new: bool
    #: whether TO is said
    says_roles: bool = True
    using: Said | None = None
    check: Said | None = None
    #: why what it opens is meant, as a comment says that is newer than its words
    intended: str | None = None

    def said(self) -> Iterator[Said]:
        """Yield the expressions that these files wrote."""
        return (each for each in (self.using, self.check) if each)

    def covers(self, command: str) -> bool:
        """Tell whether it is asked for this command."""
        return self.command in {command, "ALL"}

    def is_for(self, role: str) -> bool:
        """Tell whether it is asked for this role."""
        return not {role, "public"}.isdisjoint(self.roles)

    def restricts(self, role: str, command: str) -> bool:
        """Tell whether it is restrictive and holds this role back; one that is true holds nobody."""
        if self.permissive or not self.is_for(role) or self.command not in {command, "ALL"}:
            return False
        said = list(self.said())
        return any(not is_open(each.expression, role) for each in said) if said else not self.is_new

    def serves_the_service_only(self) -> bool:
        """Tell whether only service_role gets through: by TO, or because its words ask for that role."""
        if self.roles == ("service_role",):
            return True
        said = list(self.said())
        return bool(said) and all(_asks_for_the_service(each.expression) for each in said)

    def __str__(self) -> str:
        return f'Policy "{self.name}" on {self.table}'


def is_open(expression: Expression, role: str) -> bool:
    """Tell whether an expression lets a client through whatever the row is."""
    return expression.constant is True or (role == "authenticated" and expression.signed_in)


#: what tells who asks
_WHO: Final = frozenset(
    {
        Name("auth", "jwt"),
        Name("auth", "role"),
        Name(None, "current_setting"),
        Name(None, "current_user"),
        Name(None, "current_role"),
    }
)


def _asks_for_the_service(expression: Expression) -> bool:
    """Tell whether it compares who asks with service_role, and nothing else."""
    if expression.columns or expression.reads:
        return False
    calls = {call.name for call in expression.calls}
    named = any(literal.text == "service_role" for literal in expression.literals)
    return named and bool(calls) and calls <= _WHO


Standing = dict[tuple[Name, str], StandingPolicy]


def standing_policies(aftermath: Aftermath) -> Mapping[tuple[Name, str], StandingPolicy]:
    """Return the policies that stand, by table and name, in the order of their making."""
    return aftermath.once(_standing)


def _standing(aftermath: Aftermath) -> Mapping[tuple[Name, str], StandingPolicy]:
    found: Standing = {}
    for seen in aftermath.seen:
        follow = _FOLLOW.get(type(seen.change))
        if follow is not None:
            follow(seen, found)
    return {key: policy for key, policy in found.items() if _stands(policy, aftermath.world)}


def lost_policies(aftermath: Aftermath) -> Iterator[Seen[changes.AlterPolicy]]:
    """Yield each ALTER POLICY about a policy that nobody knows, or of which only part is known."""
    standing = standing_policies(aftermath)
    dropped = {(_table(seen), seen.change.part) for seen in aftermath.each(changes.Drop)}
    for seen in aftermath.each(changes.AlterPolicy):
        key = _table(seen), seen.change.name
        policy = standing.get(key)
        partly = policy is not None and not policy.is_new and not list(policy.said())
        if key not in dropped and (partly or (policy is None and key[0] not in aftermath.world.tables)):
            yield seen


def _stands(policy: StandingPolicy, world: World) -> bool:
    """Tell whether a known table has it: a file that the target has already may be out of date."""
    table = world.tables.get(policy.table)
    return table is None or any(each.name == policy.name for each in table.policies)


def _table(seen: Seen[Change]) -> Name:
    return seen.table or Name(None, "")


def _create(seen: Seen[changes.CreatePolicy], found: Standing) -> None:
    change = seen.change
    table = _table(seen)
    found.pop((table, change.name), None)
    found[table, change.name] = StandingPolicy(
        table=table,
        name=change.name,
        command=change.command,
        roles=change.roles,
        permissive=change.permissive,
        seen=seen,
        is_new=True,
        says_roles=change.says_roles,
        using=_said(change.using, seen),
        check=_said(change.check, seen),
    )


def _said(expression: Expression | None, seen: Seen[Change]) -> Said | None:
    return None if expression is None else Said(expression=expression, seen=seen)


def _alter(seen: Seen[changes.AlterPolicy], found: Standing) -> None:
    change = seen.change
    table = _table(seen)
    policy = found.get((table, change.name)) or _known(seen)
    if policy is not None:
        found[table, change.name] = replace(
            policy,
            seen=seen,
            roles=change.roles or policy.roles,
            says_roles=policy.says_roles or change.roles is not None,
            using=_said(change.using, seen) or policy.using,
            check=_said(change.check, seen) or policy.check,
            intended=None,
        )


def _comment(seen: Seen[changes.SetComment], found: Standing) -> None:
    key = _table(seen), seen.change.part or ""
    if seen.change.kind == "policy" and key in found:
        found[key] = replace(found[key], intended=because_in(seen.change.text))


def _known(seen: Seen[changes.AlterPolicy]) -> StandingPolicy | None:
    """Return a policy that was there before these files, if it is known."""
    policies = seen.before.policies if seen.before else ()
    known = next((each for each in policies if each.name == seen.change.name), None)
    if known is None:
        return None
    return StandingPolicy(
        table=_table(seen),
        name=known.name,
        command=known.command,
        roles=known.roles,
        permissive=known.permissive,
        seen=seen,
        is_new=False,
    )


def _drop(seen: Seen[changes.Drop], found: Standing) -> None:
    change = seen.change
    match change.kind:
        case "policy" if change.part is not None:
            found.pop((_table(seen), change.part), None)
        case "table":
            _forget(found, lambda table: table == seen.table)
        case "schema":
            _forget(found, lambda table: table.schema == change.name.name)


def _forget(found: Standing, is_gone: Callable[[Name], bool]) -> None:
    for key in [key for key in found if is_gone(key[0])]:
        del found[key]


def _rename(seen: Seen[changes.Rename], found: Standing) -> None:
    change = seen.change
    table = _table(seen)
    if change.kind == "policy" and (policy := found.pop((table, change.part or ""), None)):
        found[table, change.new] = replace(policy, name=change.new)
    elif change.kind == "table":
        _move(found, table, Name(table.schema, change.new))


def _set_schema(seen: Seen[changes.SetSchema], found: Standing) -> None:
    if seen.change.kind == "table":
        table = _table(seen)
        _move(found, table, Name(seen.change.schema, table.name))


def _move(found: Standing, old: Name, new: Name) -> None:
    for key in [key for key in found if key[0] == old]:
        found[new, key[1]] = replace(found.pop(key), table=new)


_FOLLOW: Final[dict[type, Callable[[Seen[Any], Standing], None]]] = {
    changes.CreatePolicy: _create,
    changes.AlterPolicy: _alter,
    changes.Drop: _drop,
    changes.SetComment: _comment,
    changes.Rename: _rename,
    changes.SetSchema: _set_schema,
}
