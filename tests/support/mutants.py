"""Faults that somebody could write into a schema's protection, each with whether it changes anything at all.

Whether it does is decided here, from the catalog as it is before the fault, and never by looking at what a
probe finds.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, LiteralString

import psycopg

#: what faults expose tables through
VIEW: Final = "public.exposed_view"
FUNCTION: Final = "public.exposed_rows"

_CLIENTS: Final = ("anon", "authenticated")
_LETTERS: Final = {"select": "r", "insert": "a", "update": "w", "delete": "d"}

_TABLES: LiteralString = """
select quote_ident(n.nspname) || '.' || quote_ident(c.relname), c.relrowsecurity,
       pg_get_userbyid(c.relowner) = current_user,
       array(select a.attname::text from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       array(select r.role || ' ' || x.command
               from unnest(array['anon', 'authenticated']) r (role)
              cross join unnest(array['select', 'insert', 'update', 'delete']) x (command)
              where has_schema_privilege(r.role, n.oid, 'usage')
                and case when x.command = 'delete' then has_table_privilege(r.role, c.oid, 'delete')
                         else has_any_column_privilege(r.role, c.oid, x.command) end)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname = any (%s) and c.relkind in ('r', 'p')
   and (n.nspname <> 'storage' or exists (select from pg_policy p where p.polrelid = c.oid))
   and pg_has_role(c.relowner, 'usage')
 order by 1
"""
_POLICIES: LiteralString = """
select quote_ident(p.polname), p.polcmd::text, p.polpermissive, pg_get_expr(p.polqual, p.polrelid),
       pg_get_expr(p.polwithcheck, p.polrelid),
       array(select coalesce(a.rolname::text, 'public') from unnest(p.polroles) o (oid)
               left join pg_roles a on a.oid = o.oid)
  from pg_policy p where p.polrelid = %s::regclass order by p.polname
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutant:
    """One fault."""

    kind: str
    table: str
    sql: str
    #: why it opens and closes nothing; empty: it does
    changes_nothing: str = ""
    #: the view or function that shows the table afterwards
    shows_by: str = ""


@dataclass(frozen=True, kw_only=True)
class _Policy:
    name: str
    commands: frozenset[str]
    permissive: bool
    using: str | None
    check: str | None
    roles: tuple[str, ...]
    written_for: str

    def lets_all(self, command: str, roles: Sequence[str]) -> bool:
        """Tell whether it admits these roles to every row."""
        says = (self.check or self.using) if command == "insert" else self.using
        return (
            self.permissive
            and command in self.commands
            and says == "true"
            and ("public" in self.roles or set(roles) <= set(self.roles))
        )


@dataclass(frozen=True, kw_only=True)
class _Table:
    name: str
    row_security: bool
    ours: bool
    columns: tuple[str, ...]
    #: "anon select"
    granted: frozenset[str]
    policies: tuple[_Policy, ...] = field(default=())

    def asked_by(self, commands: Sequence[str] | frozenset[str], roles: Sequence[str]) -> bool:
        clients = _CLIENTS if "public" in roles else tuple(role for role in roles if role in _CLIENTS)
        return any(f"{role} {command}" in self.granted for role in clients for command in commands)


def mutants(connection: psycopg.Connection, schemas: Sequence[str]) -> Iterator[Mutant]:
    """Yield every fault for every table of ours, and for those of storage that have a policy."""
    for row in connection.execute(_TABLES, [list(schemas)]).fetchall():
        name, row_security, ours, columns, granted = row
        policies = tuple(map(_policy, connection.execute(_POLICIES, [name]).fetchall()))
        table = _Table(
            name=name,
            row_security=row_security,
            ours=ours,
            columns=tuple(columns),
            granted=frozenset(granted),
            policies=policies,
        )
        yield from _of_table(table)
        for policy in policies:
            yield from _of_policy(table, policy)


def _policy(row: Sequence[object]) -> _Policy:
    name, letter, permissive, using, check, roles = row
    assert isinstance(roles, list)
    return _Policy(
        name=str(name),
        commands=frozenset(command for command, own in _LETTERS.items() if letter in ("*", own)),
        permissive=bool(permissive),
        using=None if using is None else str(using),
        check=None if check is None else str(check),
        roles=tuple(map(str, roles)),
        written_for="all" if letter == "*" else next(c for c, own in _LETTERS.items() if own == letter),
    )


def _of_table(table: _Table) -> Iterator[Mutant]:
    name = table.name

    def fault(kind: str, sql: str, nothing: str = "", shows_by: str = "") -> Mutant:
        return Mutant(kind=kind, table=name, sql=sql, changes_nothing=nothing, shows_by=shows_by)

    every = tuple(_LETTERS)
    off = "" if table.row_security else "row security is off already"
    yield fault(
        "disable row security",
        f"alter table {name} disable row level security",
        off or _unasked(table, every, ["public"]),
    )
    yield fault(
        "open to all",
        f"create policy opened on {name} for all to public using (true) with check (true)",
        off or _unasked(table, every, ["public"]),
    )
    for command, clause in (
        ("insert", "with check (true)"),
        ("update", "using (true) with check (true)"),
        ("select", "using (true)"),
    ):
        yield fault(
            f"open {command}",
            f"create policy opened on {name} for {command} to authenticated {clause}",
            off or _unasked(table, [command], ["authenticated"]) or _open(table, command, ["authenticated"]),
        )
    yield fault(
        "recursive",
        f"create policy opened on {name} for select to public using (exists (select from {name}))",
        off or _unasked(table, ["select"], ["public"]),
    )
    for command in ("select", "insert"):
        yield fault(
            f"revoke {command}",
            f"revoke {command} on {name} from anon, authenticated, public",
            _unasked(table, [command], ["public"]) or ("" if table.ours else "the role may not revoke it"),
        )
    yield fault(
        "definer view",
        f"create view {VIEW} as select * from {name}; grant select on {VIEW} to anon, authenticated",
        shows_by=VIEW,
    )
    yield fault(
        "definer function",
        f"create function {FUNCTION}() returns setof {name} language sql stable security definer"
        f" set search_path = '' as 'select * from {name}'; grant execute on function {FUNCTION}() to anon",
        shows_by=f"{FUNCTION}()",
    )


def _of_policy(table: _Table, policy: _Policy) -> Iterator[Mutant]:
    def fault(kind: str, sql: str, nothing: str) -> Mutant:
        return Mutant(kind=kind, table=table.name, sql=sql, changes_nothing=nothing)

    off = "" if table.row_security else "row security is off already"
    idle = off or _unasked(table, policy.commands, policy.roles)
    others = [each for each in table.policies if each is not policy]
    covered = (
        "another policy lets everything through"
        if policy.permissive
        and all(any(each.lets_all(c, policy.roles) for each in others) for c in policy.commands)
        else ""
    )
    yield fault("drop policy", f"drop policy {policy.name} on {table.name}", idle or covered)
    if policy.using:
        yield fault(
            "using true",
            f"alter policy {policy.name} on {table.name} using (true)",
            idle or covered or ("it is true already" if policy.using == "true" else ""),
        )
    if policy.check:
        yield fault(
            "check true",
            f"alter policy {policy.name} on {table.name} with check (true)",
            idle or covered or _same_check(table, policy),
        )
    if policy.using and policy.check and "update" in policy.commands:
        kind = "permissive" if policy.permissive else "restrictive"
        again = f"create policy {policy.name} on {table.name} as {kind}"
        yield fault(
            "drop check",
            f"drop policy {policy.name} on {table.name}; {again} for {policy.written_for}"
            f" to {', '.join(policy.roles)} using ({policy.using})",
            idle or covered or ("USING says the same in its place" if policy.check == policy.using else ""),
        )


def _unasked(table: _Table, commands: Sequence[str] | frozenset[str], roles: Sequence[str]) -> str:
    return "" if table.asked_by(commands, roles) else "no client holds the privilege"


def _open(table: _Table, command: str, roles: Sequence[str]) -> str:
    there = any(policy.lets_all(command, roles) for policy in table.policies)
    return "such a policy is there already" if there else ""


def _same_check(table: _Table, policy: _Policy) -> str:
    if policy.check == "true":
        return "it is true already"
    words = set(re.findall(r"\w+", policy.check or ""))
    if policy.check == policy.using and policy.written_for == "update" and not words & set(table.columns):
        return "the check asks what USING asks, and nothing of the row"
    return ""
