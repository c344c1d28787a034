"""What the tries showed, as the matrix tells it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.matrix import (
    Basis,
    Cell,
    CellResult,
    Command,
    ExposedRelation,
    MadeUpRow,
    Reach,
    Through,
)
from orchestrator.probes.identities import CLIENTS, PRIVILEGED, USER_A, Identity
from orchestrator.probes.seeding.climbing import climbs
from orchestrator.probes.seeding.rows import Seed
from orchestrator.probes.seeding.trying import Tried
from orchestrator.probes.seeding.users import LETTERS

#: classes of SQLSTATE that tell of the server, of its other users or of our own limits
_NO_ANSWER: Final = frozenset({"08", "25", "40", "53", "55", "57", "58", "XX"})


def told(
    relation: ExposedRelation,
    tried: Mapping[tuple[str, str, Command], Sequence[Tried]],
    identities: Sequence[Identity],
    *,
    owned: bool,
    founded: bool,
    seeds: Sequence[Seed],
    unseeded: str,
) -> ExposedRelation:
    """Return a relation with what the tries showed about it.

    `tried` holds them by relation, identity and command; `unseeded` says why there were none.
    """
    if unseeded:
        return replace(relation, owned=owned, founded=founded, unseeded=unseeded)
    cells = list(relation.cells)
    if any(identity.name == PRIVILEGED.name for identity in identities):
        cells += [
            replace(cell, identity=PRIVILEGED.name) for cell in relation.cells if cell.identity == USER_A.name
        ]
    shown = tuple(_shown(cell, tried.get((relation.name, cell.identity, cell.command), ())) for cell in cells)
    leaked = {
        label for cell in shown if cell.reach and cell.identity in CLIENTS for label in cell.reach.others
    }
    return replace(
        relation,
        owned=owned,
        founded=founded,
        user_columns=tuple(sorted(frozenset().union(*(seed.user_columns for seed in seeds)))),
        made_up=tuple(MadeUpRow(label=seed.label, told=seed.told) for seed in seeds if seed.label in leaked),
        cells=shown,
    )


def _shown(cell: Cell, tried: Sequence[Tried]) -> Cell:
    """Say in a cell what the tries showed."""
    letter = LETTERS.get(cell.identity, "")
    through, climbed = _through(tried), climbs(tried, letter)
    tried = [each for each in tried if not each.tried.policy and each.tried.grab is None]
    if not tried:
        return cell
    touched: dict[str, bool] = {}
    states: dict[str, str] = {}
    hands: dict[str, None] = {}
    for each in tried:
        if each.tried.hands_to is not None:
            if each.reached and each.sqlstate is None:
                hands[each.tried.hands_to[1]] = None
            continue
        for place, seed in enumerate(each.tried.seeds):
            touched[seed.label] = place in each.reached or touched.get(seed.label, False)
        if each.sqlstate is not None and each.sqlstate != "42501":
            states[each.sqlstate] = each.message
    reach = Reach(
        tried_own=tuple(label for label in touched if letter and label[0] == letter),
        tried_others=tuple(label for label in touched if not letter or label[0] != letter),
        own=tuple(label for label, reached in touched.items() if reached and letter and label[0] == letter),
        others=tuple(
            label for label, reached in touched.items() if reached and not (letter and label[0] == letter)
        ),
        through=through,
        hands_over=tuple(hands),
        climbs=climbed,
        sqlstates=tuple(states),
    )
    if states and not (reach.own or reach.others):
        # what the server could not do in time says nothing about policies
        wrong = next((state for state in states if state[:2] not in _NO_ANSWER), None)
        return replace(
            cell,
            result=CellResult.ERROR if wrong else CellResult.UNKNOWN,
            sqlstate=wrong or next(iter(states)),
            reason=states[wrong or next(iter(states))],
            basis=None,
            reach=reach if wrong else None,
        )
    if not reach.own and not reach.others:
        why = "no policy lets a made-up row through"
        return replace(cell, result=CellResult.DENY, basis=Basis.NO_ROW, reason=why, reach=reach)
    return replace(cell, reach=reach)


def _through(tried: Sequence[Tried]) -> tuple[Through, ...]:
    """Return which rows each policy lets through by itself: of several with one label, all have to be."""
    by_policy: dict[str, dict[str, bool]] = {}
    for each in tried:
        if each.tried.policy:
            labels = by_policy.setdefault(each.tried.policy, {})
            for seed in each.tried.seeds:
                labels[seed.label] = bool(each.reached) and labels.get(seed.label, True)
    return tuple(
        Through(policy=policy, rows=tuple(label for label, passes in labels.items() if passes))
        for policy, labels in sorted(by_policy.items())
    )
