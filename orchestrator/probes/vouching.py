"""How far a declaration on one policy goes: it vouches for what that policy opens, and for no other one."""

from collections.abc import Collection
from dataclasses import replace

from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Policy
from orchestrator.probes.blame import asks_whose_row
from orchestrator.probes.difference import gained_from_strangers
from orchestrator.probes.identities import may_be_for
from orchestrator.probes.words import role_of


def opens_all(relation: ExposedRelation, declared: Collection[str], then: Cell | None, now: Cell) -> bool:
    """Tell whether these policies open all that is open now, or what more is open than before.

    Where made-up rows show nothing, a policy that asks whose a row is
    is taken to be about people's own rows.
    """
    may_admit = [each for each in relation.policies_in_full if _may_admit(each, now)]
    vouched = [each for each in may_admit if each.name in declared]
    rest = [each for each in may_admit if each.name not in declared]
    if not (vouched and relation.row_security):
        return False
    if not rest or any(_is_true(each, now.command) for each in vouched):
        return True
    if now.result is CellResult.ALLOW and now.basis is Basis.EVERY_ROW:
        return False
    if now.reach is None:
        return all(asks_whose_row(each, now.command) for each in rest)
    handed_before = then.reach.hands_over if then and then.reach else ()
    gained = now.reach.others if then is None else gained_from_strangers(then, now)
    return set(now.reach.hands_over) <= set(handed_before) and set(gained) <= _through(now, declared)


def without(cell: Cell, declared: Collection[str]) -> Cell:
    """Return a cell without the rows of strangers that these policies let through by themselves."""
    if cell.reach is None or not declared:
        return cell
    vouched = _through(cell, declared)
    others = tuple(label for label in cell.reach.others if label not in vouched)
    return replace(cell, reach=replace(cell.reach, others=others))


def _through(cell: Cell, policies: Collection[str]) -> set[str]:
    told = cell.reach.through if cell.reach else ()
    return {label for each in told if each.policy in policies for label in each.rows}


def _may_admit(policy: Policy, cell: Cell) -> bool:
    """Tell whether a policy may let something through: who is a member of its role nobody knows."""
    return (
        policy.permissive
        and policy.command in (None, cell.command)
        and may_be_for(policy.roles, role_of(cell))
    )


def _is_true(policy: Policy, command: Command) -> bool:
    if command is Command.INSERT:
        return (policy.check or policy.using) == "true"
    if command is Command.UPDATE and policy.check not in (None, "true"):
        return False
    return policy.using == "true"
