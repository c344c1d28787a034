"""A user may write itself what policies trust, and reaches more by it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Basis, Cell, CellResult, Climb, Command, ExposedRelation, Matrix
from orchestrator.domain.opening import Opening
from orchestrator.probes.blame import admitting, told
from orchestrator.probes.identities import CLIENTS, USER_A
from orchestrator.probes.seeding.quoting import identifier
from orchestrator.probes.seen import by_name
from orchestrator.probes.words import listed

RULE = "self-promotion"

_SHOWN = 3
_REACHES = {Command.SELECT: "reads", Command.UPDATE: "changes", Command.DELETE: "removes"}


@dataclass(kw_only=True)
class _Gained:
    """What one write opens."""

    climb: Climb
    #: by command: relations with the rows that are reached
    reached: dict[Command, dict[str, tuple[str, ...]]] = field(default_factory=lambda: defaultdict(dict))
    #: some of it was not so before
    is_fresh: bool = False


def check(before: Matrix, after: Matrix, *, openings: Sequence[Opening] = ()) -> Iterator[Finding]:
    """Yield an error for each write that opens what it did not open before, once for all that it opens.

    A warning where an ordinary row is added, for to join may be everybody's right, and where a trigger may
    forbid it. A note where it was so before, or where the write is declared as meant.
    """
    earlier = by_name(before)
    gained: dict[tuple[str, str], _Gained] = {}
    for relation in after.relations:
        then = earlier.get(relation.name)
        old = {(cell.identity, cell.command): cell for cell in then.cells} if then else {}
        for cell in relation.cells:
            was = old.get((cell.identity, cell.command))
            for climb in cell.reach.climbs if cell.reach and cell.identity in CLIENTS else ():
                one = gained.setdefault((climb.relation, climb.how), _Gained(climb=climb))
                before_it = one.reached[cell.command].get(relation.name, ())
                one.reached[cell.command][relation.name] = tuple(dict.fromkeys((*before_it, *climb.rows)))
                one.is_fresh |= _is_fresh(climb, was)
    relations = by_name(after)
    climbs = [one.climb for one in gained.values()]
    for one in gained.values():
        by = _letting(relations.get(one.climb.relation), one.climb)
        yield _finding(one, _meant(one, openings), by, remedy=_remedy(one.climb, climbs))


def _letting(relation: ExposedRelation | None, climb: Climb) -> str:
    """Name the policies that let the write through."""
    cells = relation.cells if relation else ()
    written = [each for each in cells if each.identity == USER_A.name and each.command is climb.command]
    policies = admitting(relation, written)
    return f", by policy {told(policies, climb.command)}" if policies else ""


def _meant(one: _Gained, openings: Sequence[Opening]) -> list[str]:
    """Return the reasons for which somebody declared the write as meant; an old one excuses nothing new."""
    return [
        each.because
        for each in openings
        if each.object == one.climb.relation
        and each.covers(USER_A.role, one.climb.command)
        and not (each.said_before and one.is_fresh)
    ]


def _is_fresh(climb: Climb, was: Cell | None) -> bool:
    """Tell whether it was not so before; what nobody tried then may have been."""
    if was is None:
        return True
    if was.reach is None:
        return was.result is not CellResult.ALLOW or was.basis is not Basis.LIMITED
    same = (each for each in was.reach.climbs if (each.relation, each.how) == (climb.relation, climb.how))
    return not any(set(climb.rows) <= set(each.rows) for each in same)


def _remedy(climb: Climb, all_of_them: Sequence[Climb]) -> str:
    """Write what takes it away, and gives nothing back that another finding says is too much."""
    name, role = climb.relation, USER_A.role
    if climb.command is Command.INSERT:
        columns = ", ".join(map(identifier, climb.columns))
        return (
            f"let the policy for insert ask which {columns} the user may give; or let nobody add a row by"
            f" itself: revoke insert on {name} from anon, {role};"
        )
    by_change = (each for each in all_of_them if (each.relation, each.command) == (name, Command.UPDATE))
    too_much = {column for each in by_change for column in each.columns}
    left = [identifier(column) for column in climb.may_change if column not in too_much]
    kept = f" grant update ({', '.join(left)}) on {name} to {role};" if left else ""
    return f"revoke update on {name} from anon, {role};{kept}"


def _finding(one: _Gained, meant: Sequence[str], by: str, *, remedy: str) -> Finding:
    climb = one.climb
    severity = Severity.WARNING if climb.is_joining or climb.may_be_guarded else Severity.ERROR
    end = f"; as declared: {listed(meant)}" if meant else ""
    gains = listed(
        f"{_REACHES[command]} {_rows(relations)}" for command, relations in one.reached.items() if relations
    )
    return Finding(
        rule=RULE,
        severity=severity if one.is_fresh and not meant else Severity.NOTE,
        source=Source.SMOKE,
        message=f"a user who {climb.how}{by}, then {gains}{end}",
        effect="policies trust what anybody who signs up may write"
        + ("; a trigger speaks of it: whether it forbids it was not tried" if climb.may_be_guarded else ""),
        remedy=remedy,
        object=climb.relation,
        standing=not one.is_fresh,
    )


def _rows(relations: dict[str, tuple[str, ...]]) -> str:
    names = [f"{name} ({', '.join(rows)})" for name, rows in relations.items()]
    more = len(names) - _SHOWN
    return listed([*names[:_SHOWN], f"{more} more"] if more > 0 else names)
