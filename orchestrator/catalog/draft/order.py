"""Put statements into an order in which each finds what it needs, and nothing holds what it drops."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from orchestrator.catalog.draft import columns, constraints, sequences, tables
from orchestrator.catalog.draft.decide import Decision, reborn
from orchestrator.catalog.draft.kinds import kind_of
from orchestrator.catalog.draft.moment import RELATIONS, Key, Moment, schema_key
from orchestrator.catalog.draft.world import Cannot, World
from orchestrator.domain.identity import within

#: kinds that share one space of names
_SHARE_NAMES: Final = (*RELATIONS, "sequence", "index", "type")

#: what is done, and with what
StepKey = tuple[str, Key]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Statements that belong together."""

    key: StepKey
    statements: tuple[str, ...]
    #: where it stands when nothing else decides
    rank: int


class Steps:
    """All steps of a draft."""

    def __init__(self, decision: Decision, world: World) -> None:
        """Work out the steps of this decision."""
        self._decision = decision
        self._world = world
        self._reborn = frozenset(reborn(decision, world))
        self.impossible: list[Key] = sorted(decision.impossible)
        self.all: dict[StepKey, Step] = {}
        for step in (*self._drops(), *self._defaults(), *self._alterations(), *self._creations()):
            self.all[step.key] = step

    def in_order(self) -> list[str]:
        """Return the statements. Where steps wait for each other, the first by rank goes ahead."""
        before = {
            key: {earlier for earlier in self._before(step) if earlier != key}
            for key, step in self.all.items()
        }
        after: dict[StepKey, list[StepKey]] = {}
        for key, needs in before.items():
            for need in needs:
                after.setdefault(need, []).append(key)
        ready = [self._place(key) for key, needs in before.items() if not needs]
        heapq.heapify(ready)
        done: list[str] = []
        while before:
            if not ready:
                heapq.heappush(ready, min(self._place(key) for key in before))
            _, key = heapq.heappop(ready)
            if before.pop(key, None) is None:
                continue
            done += self.all[key].statements
            for later in after.get(key, ()):
                if later in before:
                    before[later].discard(key)
                    if not before[later]:
                        heapq.heappush(ready, self._place(later))
        return done

    def _place(self, key: StepKey) -> tuple[int, StepKey]:
        return self.all[key].rank, key

    def _drops(self) -> Iterator[Step]:
        gone, new = self._decision.gone, self._world.new
        for key in sorted(gone):
            if any(parent in gone for parent in new.parents(key)):
                continue  # goes with it
            way = kind_of(key[0]).drop(key[1], self._world)
            if isinstance(way, Cannot):
                self.impossible.append(key)
            elif way:
                shift = -constraints.rank(new[key]) if key[0] == "constraint" else 0
                yield Step(key=("drop", key), statements=way, rank=kind_of(key[0]).dropped + shift)

    def _defaults(self) -> Iterator[Step]:
        for key in sorted(self._decision.undefaulted - self._decision.gone):
            if "default" in self._world.new[key]:
                dropped = columns.default_dropped(key[1], self._world)
                yield Step(key=("drop default", key), statements=(dropped,), rank=105)
            if "default" in self._world.old[key]:
                restored = columns.default_restored(key[1], self._world)
                yield Step(key=("create default", key), statements=(restored,), rank=322)

    def _alterations(self) -> Iterator[Step]:
        for key, statements in self._decision.altered.items():
            if key not in self._decision.gone:
                yield Step(key=("alter", key), statements=statements, rank=kind_of(key[0]).altered)

    def _creations(self) -> Iterator[Step]:
        for key in sorted(self._reborn):
            if self._comes_with_another(key):
                continue
            way = kind_of(key[0]).create(key[1], self._world)
            if isinstance(way, Cannot):
                self.impossible.append(key)
            elif way:
                shift = constraints.rank(self._world.old[key]) if key[0] == "constraint" else 0
                yield Step(key=("create", key), statements=way, rank=kind_of(key[0]).created + shift)
            yield from self._afterwards(key)

    def _comes_with_another(self, key: Key) -> bool:
        """Tell what the statement for something else makes."""
        old = self._world.old
        parents = [parent for parent in old.parents(key) if parent in self._reborn]
        if key[0] == "column":
            return any(parent[0] in ("table", "foreign table", "type") for parent in parents)
        if key[0] == "table":
            return any(parent[0] == "queue" for parent in parents)
        if key[0] == "constraint" and old[key]["definition"].startswith("NOT NULL "):
            return any(
                parent[0] == "column"
                and columns.named_not_null(parent[1], self._world) == (key[1], old[key]["definition"])
                and old[key]["definition"] == f"NOT NULL {parent[1].removeprefix(_table_of(key))}"
                for parent in parents
            )
        return any(self._comes_with_a_queue(parent) for parent in old.parents(key))

    def _comes_with_a_queue(self, key: Key) -> bool:
        return key[0] == "table" and key in self._reborn and self._comes_with_another(key)

    def _afterwards(self, key: Key) -> Iterator[Step]:
        """Return what can be said only when others are there too."""
        if key[0] == "table" and (attached := tables.attached(key[1], self._world)):
            yield Step(key=("attach", key), statements=attached, rank=360)
        if key[0] == "sequence" and (belongs := sequences.belonging(key[1], self._world)):
            yield Step(key=("belong", key), statements=belongs, rank=300)

    def _before(self, step: Step) -> Iterator[StepKey]:
        """Return the steps that have to be done first."""
        done, key = step.key
        if done == "drop":
            yield from self._before_dropping(key)
            return
        if done == "drop default":
            return
        yield from self._needed(step.key)
        if done == "create":
            yield from self._out_of_the_way(key)
        if done == "alter":
            yield from self._dropping_users(key)
        if done in ("create", "alter") and key[0] == "index":
            # the indexes of partitions first: that of the whole table takes them up
            yield from self._there("create", self._world.old.children(key))
        if done == "attach":
            yield from self._there(
                "create", [key, *self._world.old.children(key)], skip=("trigger", "policy", "grant")
            )
            parent = ("table", self._world.old[key]["inherits"])
            yield from self._there("create", [parent])

    def _before_dropping(self, key: Key) -> Iterator[StepKey]:
        new = self._world.new
        for held in (key, *_descendants(key, new)):
            for user in new.users(held):
                yield from self._dropping(user)
                yield from self._there(
                    "drop default" if user in self._decision.undefaulted else "alter", [user]
                )
        if key[0] == "schema":
            for done, other in self.all:
                if done == "drop" and schema_key(other) == key:
                    yield (done, other)
        if key[0] in ("column", "table"):
            # a sequence is handed back before its column goes
            for held in (key, *_descendants(key, new)):
                yield from self._there("alter", [c for c in new.children(held) if c[0] == "sequence"])

    def _dropping_users(self, key: Key) -> Iterator[StepKey]:
        for user in self._world.new.users(key):
            yield from self._dropping(user)

    def _dropping(self, key: Key) -> Iterator[StepKey]:
        """Return the step that drops something, by itself or with what it is in."""
        new = self._world.new
        if ("drop", key) in self.all:
            yield ("drop", key)
        elif key in self._decision.gone:
            for parent in new.parents(key):
                yield from self._dropping(parent)

    def _out_of_the_way(self, key: Key) -> Iterator[StepKey]:
        """Return the steps that free its name."""
        if key in self._decision.gone:
            yield from self._dropping(key)
        if key[0] in _SHARE_NAMES:
            for kind in _SHARE_NAMES:
                yield from self._dropping((kind, key[1])) if (kind, key[1]) in self._decision.gone else ()

    def _needed(self, step: StepKey) -> Iterator[StepKey]:
        """Return the steps that make what a definition names."""
        done, key = step
        old = self._world.old
        for part in self._parts_of(done, key):
            for needed in (*old.uses(part), *self._containers(part)):
                yield from self._making(needed)

    def _parts_of(self, done: str, key: Key) -> list[Key]:
        """Return a table with the columns that are made with it."""
        if done != "create" or key[0] not in ("table", "foreign table"):
            return [key]
        return [key, *(child for child in self._world.old.children(key) if child[0] == "column")]

    def _containers(self, key: Key) -> Iterator[Key]:
        schema = schema_key(key)
        if schema is not None:
            yield schema
        for parent in self._world.old.parents(key):
            # partitions and their indexes are made before they become parts; a sequence before its column
            if (key[0], parent[0]) not in {("index", "index"), ("table", "table"), ("sequence", "column")}:
                yield parent

    def _making(self, key: Key) -> Iterator[StepKey]:
        made = list(self._there("create", [key])) + list(self._there("alter", [key]))
        yield from made
        if not made and key in self._world.old and key in self._reborn:
            for parent in self._world.old.parents(key):
                yield from self._making(parent)

    def _there(
        self, done: str, keys: list[Key] | tuple[Key, ...], *, skip: tuple[str, ...] = ()
    ) -> Iterator[StepKey]:
        return ((done, key) for key in keys if (done, key) in self.all and key[0] not in skip)


def _table_of(constraint: Key) -> str:
    return f"{within(constraint[1])[0]}."


def _descendants(key: Key, moment: Moment) -> Iterator[Key]:
    for child in moment.children(key):
        yield child
        yield from _descendants(child, moment)
