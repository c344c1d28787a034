"""Which of several policies lets a row of a stranger through by itself: each is held against the row alone.

Nothing is dropped for it: what a policy says is asked of the row's values, as the identity that reached it.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from orchestrator.domain.matrix import Command
from orchestrator.probes.identities import CLIENTS, may_be_for
from orchestrator.probes.seeding.ground import Policy, Table
from orchestrator.probes.seeding.quoting import identifier, literal
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.tries import Try
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.users import LETTERS

_LETTERS: Final = {Command.SELECT: "r", Command.INSERT: "a", Command.UPDATE: "w", Command.DELETE: "d"}


def by_policy(some: Sequence[Tried]) -> Iterator[Try]:
    """Yield the questions about the strangers' rows that one identity reached by one command."""
    first = some[0].tried
    if first.identity.name not in CLIENTS:
        return
    policies = [each for each in first.table.policies if _is_about(each, first.identity.role, first.command)]
    if len(policies) < 2:  # noqa: PLR2004  # who is alone let all of them through
        return
    for seed in _of_strangers(some, LETTERS.get(first.identity.name, "")):
        for policy in policies:
            if condition := _condition(policy, first.command):
                yield Try(
                    identity=first.identity,
                    table=first.table,
                    command=first.command,
                    statement=_held(first.table, seed, condition),
                    seeds=(seed,),
                    policy=policy.name,
                )


def _of_strangers(some: Sequence[Tried], letter: str) -> Iterator[Seed]:
    seeds = {
        seed.ctid: seed
        for each in some
        if each.tried.hands_to is None
        for place, seed in enumerate(each.tried.seeds)
        if place in each.reached and seed.label[0] != letter
    }
    yield from seeds.values()


def _is_about(policy: Policy, role: str, command: Command) -> bool:
    return policy.permissive and may_be_for(policy.roles, role) and policy.command in ("*", _LETTERS[command])


def _condition(policy: Policy, command: Command) -> str:
    """Write what a policy asks of a row that stays as it is; empty: it lets nothing through."""
    if command is Command.INSERT:
        return policy.check or policy.using or ""
    if command is Command.UPDATE and policy.using and policy.check:
        return f"({policy.using}) and ({policy.check})"
    return policy.using or ""


def _held(table: Table, seed: Seed, condition: str) -> str:
    values = ", ".join(
        f"{literal(seed.values[name])}::{column.reads_as} as {identifier(name)}"
        for name, column in table.columns.items()
    )
    return f"select from (select {values}) as {identifier(table.bare)} where ({condition})"
