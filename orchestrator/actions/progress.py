"""Says how far a rehearsal has come, to somebody who waits for it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from orchestrator.domain.facts import Facts
from orchestrator.domain.migration import Migration
from orchestrator.domain.rehearsal import ScratchCopy, StatementTrace

if TYPE_CHECKING:
    from orchestrator.ports import Database, Play, Scratch

#: hears one line
Tell = Callable[[str], None]


def nobody(_: str) -> None:
    """Tell nobody."""


class ToldScratch:
    """The port Scratch: another one, which says what it is about to do. Does nothing by itself."""

    def __init__(self, scratch: "Scratch", tell: Tell, *, of: int) -> None:
        """Hand everything on to `scratch`; `of` is how many migrations there are to play."""
        self._scratch = scratch
        self._tell = tell
        self._of = of

    def copy_of(self, target: str, facts: Facts) -> ScratchCopy:
        """Return a copy of a target."""
        self._tell(f"copying the schema of {target}")
        return self._scratch.copy_of(target, facts)

    def build(
        self, base: Sequence[tuple[Migration, str]], *, target_major: int | None = None, why: str = ""
    ) -> ScratchCopy:
        """Make a Supabase-like database that holds these files."""
        self._tell("making a Supabase-like database")
        return self._scratch.build(base, target_major=target_major, why=why)

    @contextmanager
    def playing(self, copy: ScratchCopy, *, together: bool, target: str = "") -> Iterator["Play"]:
        """Open a copy for a rehearsal."""
        self._tell("waiting for the scratch server")
        with self._scratch.playing(copy, together=together, target=target) as play:
            yield _ToldPlay(play, self._tell, self._of)


class _ToldPlay:
    """The port Play, which counts: all up, all down again, all up once more."""

    def __init__(self, play: "Play", tell: Tell, of: int) -> None:
        self._play = play
        self._tell = tell
        self._of = of
        self._up = self._down = self._again = 0

    def apply(self, migration: Migration, sql: str) -> tuple[StatementTrace, ...]:
        """Run a migration."""
        self._up += 1
        self._tell(f"rehearsing {self._up} of {self._of}")
        return self._play.apply(migration, sql)

    def apply_again(self, migration: Migration, sql: str) -> None:
        """Run a migration once more."""
        self._again += 1
        self._tell(f"rehearsing once more {self._again} of {self._of}")
        self._play.apply_again(migration, sql)

    def revert(self, migration: Migration, sql: str) -> None:
        """Run a rollback."""
        self._down += 1
        self._tell(f"taking back {self._down} of {self._of}")
        self._play.revert(migration, sql)

    def works(self, statement: str) -> bool:
        """Carry one statement out, if it can be."""
        return self._play.works(statement)

    def mark(self, look: Callable[[], None]) -> int:
        """Remember this moment."""
        return self._play.mark(look)

    def back_to(self, mark: int) -> None:
        """Make everything what it was at that moment."""
        self._play.back_to(mark)

    def probing(self) -> AbstractContextManager["Database"]:
        """Ask with rows of one's own."""
        return self._play.probing()

    def asking(self) -> AbstractContextManager["Database"]:
        """Ask the copy as it stands."""
        return self._play.asking()
