"""A relation as it is and as it was: what the rules of the smoke stage look at."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.matrix import Basis, Cell, CellResult, Command, ExposedRelation, Matrix
from orchestrator.domain.opening import Opening
from orchestrator.probes.difference import Shift, gained_from_strangers, shift
from orchestrator.probes.identities import CLIENTS
from orchestrator.probes.vouching import opens_all, without
from orchestrator.probes.words import role_of

_IF_MEANT: Final = "if that is meant, say so: bascule explain opening-intended"
_ANEW: Final = (
    "a comment that declares it is from before this change; if that is meant, too, give the reason anew, in"
    " other words"
)
_MISSING_GRANT = frozenset({Basis.NO_GRANT, Basis.FORGOTTEN_GRANT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """One relation of the later matrix, with all of the earlier one."""

    now: ExposedRelation
    #: relations of the earlier matrix, by name
    earlier: Mapping[str, ExposedRelation]
    #: there is no earlier matrix at all: what is there is judged, and nothing is called new
    alone: bool = False
    #: what somebody declared as meant about this relation
    openings: tuple[Opening, ...] = ()

    @property
    def before(self) -> ExposedRelation | None:
        """The same relation as it was; None when it is new."""
        return self.earlier.get(self.now.name)

    @property
    def is_new(self) -> bool:
        """It was not there before."""
        return self.before is None

    @property
    def is_owned(self) -> bool:
        """Its rows are somebody's, or were: a policy that no longer asks whose says nothing of that."""
        return self.now.owned or (self.before is not None and self.before.owned)

    @property
    def is_table(self) -> bool:
        """Row security can protect it."""
        return self.now.kind in ("r", "p")

    def then_and_now(self) -> Iterator[tuple[Cell | None, Cell]]:
        """Pair each cell with the one that answered the same question before."""
        old = {(cell.identity, cell.command): cell for cell in self.before.cells} if self.before else {}
        for cell in self.now.cells:
            yield old.get((cell.identity, cell.command)), cell

    def is_meant(self, then: Cell | None, now: Cell) -> bool:
        """Tell whether somebody declared that a client may do this.

        A comment vouches for what its own policy opens. One from before says nothing about what gets wider
        now, but for a grant that its policy waited for: one for every command may have waited for less.
        """
        vouching = self._vouching(then, now)
        if any(not each.policy for each in vouching):
            return True
        return bool(vouching) and opens_all(self.now, {each.policy for each in vouching}, then, now)

    def declared(self, then: Cell | None, now: Cell) -> frozenset[str]:
        """Return the policies whose opening of this cell somebody declared."""
        return frozenset(each.policy for each in self._vouching(then, now) if each.policy)

    def vouched(self, cells: Iterable[Cell]) -> frozenset[str]:
        """Return the policies whose opening of one of these cells somebody declared."""
        asked = {(cell.identity, cell.command) for cell in cells}
        pairs = (pair for pair in self.then_and_now() if (pair[1].identity, pair[1].command) in asked)
        return frozenset().union(*(self.declared(*pair) for pair in pairs))

    def _vouching(self, then: Cell | None, now: Cell) -> list[Opening]:
        wider = is_wider(then, now)
        waited = then is not None and lacks_grant(then)
        return [
            each
            for each in self._covering([now])
            if is_client(now) and not (each.said_before and wider and not (waited and each.commands))
        ]

    def because(self, cells: Iterable[Cell]) -> Iterator[str]:
        """Yield the reasons that were given for these cells."""
        return (opening.because for opening in self._covering(cells))

    def if_meant(self, cells: Sequence[Cell]) -> str:
        """Say what to do where these cells are meant to be open."""
        stale = any(opening.said_before for opening in self._covering(cells))
        return _ANEW if stale else _IF_MEANT

    def _covering(self, cells: Iterable[Cell]) -> Iterator[Opening]:
        pairs = [(role_of(cell), cell.command) for cell in cells]
        return (each for each in self.openings if any(each.covers(*pair) for pair in pairs))

    def not_meant(self) -> Iterator[tuple[Cell | None, Cell]]:
        """Pair the cells as `then_and_now` does, without what is declared as meant."""
        for then, now in self.then_and_now():
            if not self.is_meant(then, now):
                yield then, without(now, self.declared(then, now))

    def finding(
        self,
        rule: str,
        severity: Severity,
        message: str,
        *,
        effect: str = "",
        remedy: str = "",
        standing: bool = False,
    ) -> Finding:
        """Make a finding about this relation; `standing`: it was so before."""
        return Finding(
            rule=rule,
            severity=severity,
            source=Source.SMOKE,
            message=message,
            effect=effect,
            remedy=remedy,
            object=self.now.name,
            standing=standing,
        )


def by_name(matrix: Matrix) -> dict[str, ExposedRelation]:
    """Return a matrix's relations by name."""
    return {relation.name: relation for relation in matrix.relations}


def is_client(cell: Cell) -> bool:
    """Tell whether anybody with the project's public key, signed in or not, can ask this."""
    return cell.identity in CLIENTS


def allowed(cell: Cell | None) -> bool:
    """Tell whether the command goes through, at least for some rows."""
    return cell is not None and cell.result is CellResult.ALLOW


def is_wider(then: Cell | None, now: Cell) -> bool:
    """Tell whether more is reached than before; of a cell that is new, whether anything is."""
    if then is None:
        return allowed(now)
    handed = set(now.reach.hands_over if now.reach else ()) - set(then.reach.hands_over if then.reach else ())
    return shift(then, now) is Shift.WIDER or bool(gained_from_strangers(then, now)) or bool(handed)


def unlimited(cell: Cell | None) -> bool:
    """Tell whether the command goes through for every row."""
    return allowed(cell) and cell is not None and cell.basis is Basis.EVERY_ROW


def lacks_grant(cell: Cell) -> bool:
    """Tell whether the privilege on the relation itself is missing."""
    return cell.basis in _MISSING_GRANT


def reached_by_clients(relation: ExposedRelation) -> bool:
    """Tell whether a client holds some privilege on it; a broken policy counts as held."""
    answered = (cell for cell in relation.cells if is_client(cell) and cell.result is not CellResult.UNKNOWN)
    return any(not lacks_grant(cell) for cell in answered)


def writes(cell: Cell) -> bool:
    """Tell whether the command changes rows."""
    return cell.command is not Command.SELECT


def reasons(cells: Iterable[Cell]) -> str:
    """List what the server said, each once."""
    return "; ".join(dict.fromkeys(cell.reason for cell in cells if cell.reason))
