"""How cells are put into words and into SQL."""

from collections.abc import Iterable, Sequence

from orchestrator.domain.matrix import Cell, Command
from orchestrator.probes.identities import IDENTITIES, PRIVILEGED, USER_A, USER_B

_ROLES = {identity.name: identity.role for identity in (*IDENTITIES, PRIVILEGED)}


def listed(words: Iterable[str]) -> str:
    """Join words: a, b and c."""
    *most, last = dict.fromkeys(words)
    return f"{', '.join(most)} and {last}" if most else last


def role_of(cell: Cell) -> str:
    """Return the database role behind a cell."""
    return cell.role or _ROLES[cell.identity]


def roles(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Return the database roles behind these cells, in the order of the matrix."""
    return tuple(dict.fromkeys(map(role_of, cells)))


def commands(cells: Iterable[Cell]) -> tuple[Command, ...]:
    """Return the commands of these cells, in the order of the matrix."""
    present = {cell.command for cell in cells}
    return tuple(command for command in Command if command in present)


def who(names: Sequence[str]) -> str:
    """Name identities; both users together are everybody who is signed in."""
    if USER_A.name in names and USER_B.name in names:
        names = [_ROLES[name] for name in names]
    return listed(names)


def spelled(cells: Sequence[Cell]) -> str:
    """Say which identity which command: "anon (select), authenticated (select, insert)"."""
    by_commands: dict[tuple[Command, ...], list[str]] = {}
    for name in dict.fromkeys(cell.identity for cell in cells):
        own = commands(cell for cell in cells if cell.identity == name)
        by_commands.setdefault(own, []).append(name)
    return ", ".join(f"{who(names)} ({', '.join(own)})" for own, names in by_commands.items())


def grant(relation: str, cells: Sequence[Cell]) -> str:
    """Write the GRANT that these cells lack."""
    by_commands: dict[tuple[Command, ...], list[str]] = {}
    for role in roles(cells):
        own = commands(cell for cell in cells if role_of(cell) == role)
        by_commands.setdefault(own, []).append(role)
    return " ".join(
        f"grant {', '.join(own)} on {relation} to {', '.join(to)};" for own, to in by_commands.items()
    )


def revoke(relation: str, cells: Sequence[Cell]) -> str:
    """Write the REVOKE that takes these cells away."""
    return f"revoke {', '.join(commands(cells))} on {relation} from {', '.join(roles(cells))};"


def policy(relation: str, cells: Sequence[Cell]) -> str:
    """Write the policies that would admit these cells, for people to fill in."""
    return " ".join(
        f"create policy <name> on {relation} for {command} to {', '.join(roles(cells))} {_clause(command)};"
        for command in commands(cells)
    )


def own_rows(relation: str) -> str:
    """Write the most common policy, for people to fill in."""
    return (
        f"create policy own_rows on {relation} to authenticated using ((select auth.uid()) = <owner column>);"
    )


def _clause(command: Command) -> str:
    return "with check (<rows>)" if command is Command.INSERT else "using (<rows>)"
