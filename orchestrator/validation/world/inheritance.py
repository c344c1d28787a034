"""What a change of a parent does to its partitions and heirs, on paper."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.world.world import World

#: what every child follows, with the same words
_FOLLOWED: Final = (
    changes.AddColumn,
    changes.DropColumn,
    changes.AlterColumnType,
    changes.SetNotNull,
    changes.SetDefault,
)
#: what a child follows only where it has it from the parent, or under a name that PostgreSQL chose
_PERHAPS: Final = (changes.DropColumn, changes.DropConstraint)
#: asked for every change: all that may reach children
_REACHING: Final = frozenset({*_FOLLOWED, *_PERHAPS, changes.Drop, changes.Rename})
_PARTS: Final = frozenset({"index", "trigger", "constraint"})


def inherited(change: Change, world: World) -> tuple[Change, ...]:
    """Return the same change for every child of its table; what is not certain of them is doubted."""
    if type(change) not in _REACHING:
        return ()
    parent = _parent(change, world)
    if parent is None:
        return ()
    children = [table.name for table in world.children(parent)]
    if _is_doubtful(change):
        world.sure.difference_update(children)
    return tuple(each for name in children for each in _of_child(change, name))


def _parent(change: Change, world: World) -> Name | None:
    match change:
        case changes.TableChange():
            table = world.table(change.table)
        case changes.Drop(kind="index"):
            table = world.table_of_index(change.name)
        case changes.Drop(kind="trigger") | changes.Rename(kind="column" | "constraint"):
            table = world.table(change.name)
        case _:
            return None
    return None if table is None else table.name


def _is_doubtful(change: Change) -> bool:
    if isinstance(change, changes.Drop | changes.Rename):
        return change.kind in _PARTS
    return isinstance(change, _PERHAPS)


def _of_child(change: Change, child: Name) -> Iterator[Change]:
    if isinstance(change, _FOLLOWED):
        yield replace(change, table=child)
    elif isinstance(change, changes.Rename) and change.kind == "column":
        yield replace(change, name=child)
