"""What a rule over the syntax tree is shown: one change just before it happens, or the end of it all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from orchestrator.domain.finding import Finding
from orchestrator.domain.shape import Name, Table
from orchestrator.domain.survey import Size
from orchestrator.validation.changes import Change
from orchestrator.validation.hazard import weigh
from orchestrator.validation.rule import AnyRule
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.terms import Terms
from orchestrator.validation.world.world import World

C_co = TypeVar("C_co", bound=Change, covariant=True)
C = TypeVar("C", bound=Change)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen(Generic[C_co]):
    """One change and where it stands."""

    change: C_co
    file: SqlText
    #: the statement that it belongs to
    part: Part

    @property
    def path(self) -> str:
        """The file's path."""
        return self.file.path

    def place(self, offset: int | None = None) -> tuple[int, int]:
        """Return line and column of the change, or of something in its statement."""
        return self.file.place(self.part.offset + (self.change.offset if offset is None else offset))


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment(Generic[C_co]):
    """One change just before it happens, in the world as the changes before it have left it."""

    seen: Seen[C_co]
    world: World
    terms: Terms
    #: the changes of the same file that come before it
    earlier: Sequence[Seen[Change]]

    @property
    def change(self) -> C_co:
        """What is about to happen."""
        return self.seen.change

    @property
    def path(self) -> str:
        """The file's path."""
        return self.seen.path

    def place(self, offset: int | None = None) -> tuple[int, int]:
        """Return line and column of the change, or of something in its statement (an offset in its text)."""
        return self.seen.place(offset)

    def exposed(self, written: Name) -> bool:
        """Tell whether the API shows what has this name."""
        return self.terms.has_api and self.world.named(written).schema in self.terms.exposed_schemas

    def finding(
        self,
        rule: AnyRule,
        message: str,
        *,
        at: int | None = None,
        about: Name | None = None,
        **more: Any,  # noqa: ANN401  # as Rule.finding
    ) -> Finding:
        """Report at the change, or at an offset in its statement; `about` is a table as it is written.

        The size of that table decides how much a lock weighs, where the rule has a hazard.
        """
        named = None if about is None else self.world.named(about)
        finding = rule.finding(message, file=self.path, at=self.place(at), about=named, **more)
        if rule.hazard is None or named is None:
            return finding
        return weigh(finding, rule.hazard, named, self.terms)

    def size(self, written: Name) -> Size | None:
        """Return what the target's statistics say of a table; None without a target, or for a new table."""
        return size_of(self.world.named(written), self.terms)


@dataclass(frozen=True, kw_only=True, slots=True)
class Aftermath:
    """What all files together leave behind."""

    world: World
    terms: Terms
    #: every change in order
    seen: Sequence[Seen[Change]]
    #: where each table, view and type was made that is still there under its last name
    made: Mapping[Name, Seen[Change]]

    def each(self, kind: type[C]) -> Iterator[Seen[C]]:
        """Yield the changes of one kind."""
        return (seen for seen in self.seen if isinstance(seen.change, kind))  # type: ignore[misc]  # narrowed

    def finding(
        self,
        rule: AnyRule,
        message: str,
        seen: Seen[Change],
        *,
        at: int | None = None,
        **more: Any,  # noqa: ANN401  # as Rule.finding
    ) -> Finding:
        """Report at a change, or at an offset in its statement."""
        return rule.finding(message, file=seen.path, at=seen.place(at), **more)

    def new_tables(self) -> Iterator[tuple[Table, Seen[Change]]]:
        """Yield what the files have made and left there, with the place of its making."""
        for name, seen in self.made.items():
            table = self.world.tables.get(name)
            if table is not None:
                yield table, seen

    def exposed(self, name: Name) -> bool:
        """Tell whether the API shows what has this name."""
        return self.terms.has_api and name.schema in self.terms.exposed_schemas


def size_of(name: Name, terms: Terms) -> Size | None:
    """Return what the target's statistics say of a table."""
    return terms.survey.sizes.get(name) if terms.survey else None
