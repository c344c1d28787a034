"""A table that no grant opens to the API."""

from collections.abc import Iterator
from dataclasses import dataclass

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Table, TableKind
from orchestrator.validation.changes import Change
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.reach import CLIENTS, COMMANDS, Reach, Unread
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled
from orchestrator.validation.views import USERS, read_as_owner, read_past_policies
from orchestrator.validation.world.world import World

_ASKED = frozenset({TableKind.TABLE, TableKind.PARTITIONED, TableKind.VIEW})
_SERVICE = "service_role"


@dataclass(frozen=True, kw_only=True, slots=True)
class _New:
    """A new relation of an exposed schema."""

    table: Table
    seen: Seen[Change]

    def grant(self, commands: tuple[str, ...], *roles: str) -> str:
        """Write the grant that it lacks."""
        words = ", ".join(command.lower() for command in commands)
        return f"grant {words} on {spelled(self.table.name)} to {', '.join(roles)}"


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table and view; where nobody knows the defaults, each file once."""
    if aftermath.terms.survey is None and aftermath.terms.grants_new_tables:
        return
    reach = Reach(aftermath)
    if reach.is_known:
        for new in _new(aftermath):
            yield from _known(new, aftermath, reach)
        return
    by_file: dict[str, list[_New]] = {}
    for new in _new(aftermath):
        if _is_granted_to_nobody(new.table, reach) and not reach.is_closed(new.table):
            by_file.setdefault(new.seen.path, []).append(new)
    for several in by_file.values():
        yield _to_nobody(several[0], aftermath, more=len(several) - 1)


def _new(aftermath: Aftermath) -> Iterator[_New]:
    unread = Unread(aftermath, "grant")
    for table, seen in aftermath.new_tables():
        asked = table.kind in _ASKED and not table.parents and aftermath.exposed(table.name)
        asked = asked and not _is_better_closed(table, aftermath.world)
        if asked and not unread.may_touch(seen):
            yield _New(table=table, seen=seen)


def _is_better_closed(table: Table, world: World) -> bool:
    """Tell whether another rule says that clients must not come to it as it is: then a grant would harm."""
    if table.kind is not TableKind.VIEW:
        return not table.row_security
    read = read_past_policies(table, world)
    return bool(read.secured or read.unknown) or USERS in read_as_owner(table, world)


def _known(new: _New, aftermath: Aftermath, reach: Reach) -> Iterator[Finding]:
    """Compare a table's policies with its grants."""
    if _is_granted_to_nobody(new.table, reach):
        yield _to_nobody(new, aftermath)
        return
    for role in CLIENTS:
        lacks = tuple(
            command
            for command in COMMANDS
            if _has_policy(new.table, role, command) and not reach.is_granted(role, command, new.table)
        )
        if lacks:
            yield aftermath.finding(
                RULE,
                f"{new.table.name} has policies that let {role} {', '.join(lacks)}, and no grant does",
                new.seen,
                about=new.table.name,
                remedy=new.grant(lacks, role),
            )
    if not any(reach.is_granted(_SERVICE, command, new.table) for command in COMMANDS):
        yield aftermath.finding(
            RULE,
            f"{new.table.name} is not granted to {_SERVICE}",
            new.seen,
            about=new.table.name,
            severity=Severity.NOTE,
            effect="Server code that comes with the service key gets permission denied (42501)",
            remedy=new.grant(_commands(new.table), _SERVICE),
        )


def _to_nobody(new: _New, aftermath: Aftermath, *, more: int = 0) -> Finding:
    others = f", nor {'is one other' if more == 1 else f'are {more} others'} of this file" if more else ""
    return aftermath.finding(
        RULE,
        f"{new.table.name} is not granted to anon, authenticated or {_SERVICE}{others}",
        new.seen,
        about=new.table.name,
        remedy="; ".join(_grants(new)),
    )


def _grants(new: _New) -> Iterator[str]:
    """Write what clients need for the policies that are theirs, and what the server needs."""
    every = _commands(new.table)
    by_commands: dict[tuple[str, ...], list[str]] = {}
    for role in CLIENTS:
        asked = tuple(each for each in every if _has_policy(new.table, role, each))
        if asked:
            by_commands.setdefault(asked, []).append(role)
    by_commands = by_commands or {every: ["authenticated"]}
    by_commands.setdefault(every, []).append(_SERVICE)
    return (new.grant(commands, *roles) for commands, roles in by_commands.items())


def _is_granted_to_nobody(table: Table, reach: Reach) -> bool:
    return not any(
        reach.is_granted(role, command, table) for role in (*CLIENTS, _SERVICE) for command in COMMANDS
    )


def _has_policy(table: Table, role: str, command: str) -> bool:
    return any(
        policy.permissive and policy.command in {command, "ALL"} and role in policy.roles
        for policy in table.policies
    )


def _commands(table: Table) -> tuple[str, ...]:
    return ("SELECT",) if table.kind is TableKind.VIEW else COMMANDS


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new table or view of an exposed schema is granted to none of the API's roles",
    effect="Every request for it fails: permission denied (42501); since 30 October 2026 Supabase grants"
    " nothing new by itself",
    remedy="grant select, insert, update, delete on … to authenticated, service_role",
    check=check,
)
