"""Views that stand at the end of all files, and what they read with their owner's rights."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from orchestrator.domain.shape import Name, Table, TableKind
from orchestrator.validation.changes import CreateView
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.world.world import World

USERS: Final = Name("auth", "users")
#: schemas of Supabase's in which every table has row level security
_SECURED: Final = frozenset({"auth", "storage", "realtime"})
_BUILT_IN: Final = frozenset({"pg_catalog", "information_schema"})
_VIEWS: Final = frozenset({TableKind.VIEW, TableKind.MATERIALIZED_VIEW})


def standing_views(aftermath: Aftermath) -> Iterator[tuple[Table, Seen[CreateView]]]:
    """Yield each view that the API shows and these files make or replace, with its newest statement."""
    newest = {aftermath.world.named(seen.change.view): seen for seen in aftermath.each(CreateView)}
    newest |= {
        name: seen  # type: ignore[misc]  # narrowed
        for name, seen in aftermath.made.items()
        if isinstance(seen.change, CreateView) and name not in newest
    }
    for name, seen in newest.items():
        view = aftermath.world.tables.get(name)
        if view is not None and view.kind in _VIEWS and aftermath.exposed(name):
            yield view, seen


def read_as_owner(view: Table, world: World) -> frozenset[Name]:
    """Return the relations that a view reads with its owner's rights, through other views as well.

    A view with security_invoker asks as the client even below one without, so nothing is found beyond it;
    a materialized view holds its rows itself.
    """
    found: set[Name] = set()
    waiting = [] if view.security_invoker else [*view.reads]
    while waiting:
        name = waiting.pop()
        below = world.tables.get(name)
        if below is not None and below.kind is TableKind.VIEW and name not in found:
            waiting.extend(() if below.security_invoker else below.reads)
        found.add(name)
    return frozenset(found)


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnersRead:
    """What a view reads past the policies of its tables; auth.users has a rule of its own."""

    secured: tuple[Name, ...]
    #: whether they have row level security is not known
    unknown: tuple[Name, ...]


def read_past_policies(view: Table, world: World) -> OwnersRead:
    """Sort what a view reads with its owner's rights by what is known of row level security."""
    secured, unknown = [], []
    for name in sorted(read_as_owner(view, world), key=str):
        table = world.tables.get(name)
        if name == USERS or name.schema in _BUILT_IN:
            continue
        if (table is not None and table.row_security) or (table is None and name.schema in _SECURED):
            secured.append(name)
        elif table is None and not world.whole:
            unknown.append(name)
    return OwnersRead(secured=tuple(secured), unknown=tuple(unknown))


def asks_who_it_is(view: CreateView) -> bool:
    """Tell whether its query asks for the client, and so filters by itself; a kept result cannot."""
    return not view.materialized and any(
        call.name.schema == "auth" or call.name.name == "current_setting" for call in view.query.calls
    )
