"""Facts: what a database's catalog says, and how two moments differ."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from orchestrator.domain.identity import subject

#: stands between the parts of a definition; nobody writes it in SQL
PART_SEPARATOR: Final = "\x1f"


class Fact(NamedTuple):
    """One thing that is true of a database."""

    #: e.g. "policy"
    kind: str
    #: e.g. "public.orders.own"
    identity: str
    #: its parts, see `parts_of`
    definition: str

    @property
    def parts(self) -> Mapping[str, str]:
        """The parts of the definition by their keys."""
        return parts_of(self.definition)


def parts_of(definition: str) -> dict[str, str]:
    """Read a definition in its order: "type=text␟not null" is {"type": "text", "not null": ""}."""
    parts = (part.partition("=") for part in definition.split(PART_SEPARATOR) if part)
    return {key: value for key, _, value in parts}


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All facts of one moment."""

    #: the server's major version; facts compare only within one
    server_major: int
    all: tuple[Fact, ...]

    @cached_property
    def fingerprint(self) -> str:
        """The digest of the sorted facts: equal fingerprints mean equal schemas."""
        lines = sorted("\x1d".join(fact) for fact in self.all)
        return hashlib.sha256("\x1e".join(lines).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One fact that differs between two moments; None where it was absent."""

    kind: str
    identity: str
    before: str | None
    after: str | None

    @property
    def headline(self) -> str:
        """Say what happened to what; without definitions, which may hold what is not for everybody."""
        happened = "was added" if self.before is None else "was removed" if self.after is None else "changed"
        return f"{subject(self.kind, self.identity)} {happened}"


def difference(before: Iterable[Fact], after: Iterable[Fact]) -> tuple[Change, ...]:
    """Compare two sets of facts; sorted by kind and identity."""
    old = {(fact.kind, fact.identity): fact.definition for fact in before}
    new = {(fact.kind, fact.identity): fact.definition for fact in after}
    return tuple(
        Change(kind=key[0], identity=key[1], before=old.get(key), after=new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )


def carried(facts: Iterable[Fact], changes: Iterable[Change]) -> tuple[Fact, ...]:
    """Make these changes to facts, whatever those were; sorted."""
    now = {(fact.kind, fact.identity): fact for fact in facts}
    for change in changes:
        key = change.kind, change.identity
        if change.after is None:
            now.pop(key, None)
        else:
            now[key] = Fact(*key, change.after)
    return tuple(sorted(now.values()))


def undone(before: Facts, after: Facts, now: Facts) -> Facts:
    """Say what a database should be once a deployment is undone that led from `before` to `after`.

    What the deployment changed is to be as before; everything else stays as it is now, for others may have
    changed it since.
    """
    changed = {(change.kind, change.identity) for change in difference(before.all, after.all)}
    return Facts(
        server_major=now.server_major,
        all=tuple(
            sorted(
                [fact for fact in now.all if fact[:2] not in changed]
                + [fact for fact in before.all if fact[:2] in changed]
            )
        ),
    )
