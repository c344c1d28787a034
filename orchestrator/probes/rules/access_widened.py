"""Clients may do more than before."""

from collections.abc import Iterator
from typing import Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.matrix import Cell, Command
from orchestrator.probes.blame import OF_THE_PLATFORM
from orchestrator.probes.difference import Shift, shift
from orchestrator.probes.identities import ANON
from orchestrator.probes.rules import anon_writes, rls_disabled, rows_of_others
from orchestrator.probes.seen import Seen, is_client, unlimited
from orchestrator.probes.words import revoke, spelled

RULE = "access-widened"

_BY_ANYBODY: Final = "anybody with the project's public key can do so without signing in"
_BY_THEM: Final = "whoever is such an identity can do so"
_SIGNED_IN: Final = "whoever is signed in can do so"


def check(seen: Seen) -> Iterator[Finding]:
    """Yield a warning for who is not signed in, a note for who is.

    Nothing where another rule says it as an error.
    """
    if _refused_anyway(seen):
        return
    wider = [
        now for then, now in seen.not_meant() if (is_client(now) or now.role) and _wider(seen, then, now)
    ]
    for cells in (
        [c for c in wider if c.identity == ANON.name],
        [c for c in wider if c.identity != ANON.name and not c.role],
        [c for c in wider if c.role],
    ):
        if cells:
            yield _finding(seen, cells)


def _wider(seen: Seen, then: Cell | None, now: Cell) -> bool:
    if seen.is_new:
        return now.identity == ANON.name and now.command is Command.SELECT and unlimited(now)
    return shift(then, now) is Shift.WIDER


def _finding(seen: Seen, cells: list[Cell]) -> Finding:
    of_anon, of_settings = cells[0].identity == ANON.name, bool(cells[0].role)
    return seen.finding(
        RULE,
        Severity.WARNING if (of_anon or of_settings) and not seen.alone else Severity.NOTE,
        f"{_how(seen)} on {seen.now.name}: {spelled(cells)}"
        + (", every row" if all(unlimited(cell) for cell in cells) else ""),
        effect=_BY_THEM
        if of_settings
        else f"{_BY_ANYBODY if of_anon else _SIGNED_IN}; {seen.if_meant(cells)}",
        remedy="if that was not meant, narrow the policy that admits them"
        if of_settings or seen.now.name in OF_THE_PLATFORM
        else f"if that was not meant: {revoke(seen.now.name, cells)}",
    )


def _how(seen: Seen) -> str:
    if seen.alone:
        return "open"
    return "new" if seen.is_new else "wider"


def _refused_anyway(seen: Seen) -> bool:
    stronger = [*rls_disabled.check(seen), *anon_writes.check(seen), *rows_of_others.check(seen)]
    return any(finding.severity is Severity.ERROR for finding in stronger)
