"""What a call does to rows: of functions that are known by name, and of the project's own by their bodies."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from orchestrator.domain.shape import Function, Name
from orchestrator.validation.world.world import World


class Effect(StrEnum):
    """What a call may do to rows that the catalog does not tell."""

    NONE = "none"
    ADDS = "adds"
    LOSES = "loses"
    #: of pgmq: makes the queue that it names
    MAKES_QUEUE = "makes queue"
    ADDS_TO_QUEUE = "adds to queue"
    LOSES_FROM_QUEUE = "loses from queue"
    UNSEEN = "unseen"


#: schemas whose functions change no rows of a user's, but for those named below; what they declare are facts
_QUIET_SCHEMAS: Final = frozenset(
    {"pg_catalog", "information_schema", "auth", "cron", "extensions", "graphql", "graphql_public", "pgmq"}
    | {
        "net",
        "realtime",
        "storage",
        "vault",
        "partman",
        "pgsodium",
        "supabase_functions",
        "tiger",
        "topology",
    }
)
_KNOWN: Final = {
    **{
        Name("pgmq", name): Effect.MAKES_QUEUE for name in ("create", "create_partitioned", "create_unlogged")
    },
    **{Name("pgmq", name): Effect.ADDS_TO_QUEUE for name in ("send", "send_batch")},
    **{
        Name("pgmq", name): Effect.LOSES_FROM_QUEUE
        for name in ("drop_queue", "purge_queue", "pop", "delete", "archive")
    },
    Name("vault", "create_secret"): Effect.ADDS,
    Name("vault", "update_secret"): Effect.LOSES,
}
#: of servers and of extensions: those run what nobody reads, or work on files and other databases
_MIGHTY: Final = frozenset(
    {"dblink", "dblink_exec", "dblink_send_query", "lo_put", "lo_truncate", "lo_unlink"}
)
#: what people call by itself in a migration, of PostgreSQL's own
_HARMLESS: Final = frozenset(
    {"clock_timestamp", "count", "current_database", "current_setting", "exists", "format", "gen_random_uuid"}
    | {"lastval", "currval", "max", "min", "nextval", "now", "pg_notify", "pg_reload_conf", "set_config"}
    | {
        "pg_advisory_xact_lock",
        "pg_advisory_lock",
        "pg_advisory_unlock",
        "pg_get_serial_sequence",
        "pg_sleep",
    }
    | {"pg_stat_reset", "pg_terminate_backend", "setval", "to_regclass", "version", "coalesce", "string_agg"}
)
#: words of a body that may change rows; in vain found only costs certainty
_CHANGING: Final = frozenset(
    {"insert", "update", "delete", "truncate", "merge", "copy", "execute", "dblink_exec"}
)
_WORD: Final = re.compile(r"\w+")


def effect_of(name: Name, world: World, *, alone: bool, is_known: bool) -> Effect:
    """Tell what a call does to rows.

    `alone`: it is what its statement is for; `is_known`: the world began with all that was there, so that
    what it does not have is PostgreSQL's own or an extension's. Positions of sequences are no rows: no abort
    takes them back either.
    """
    own = world.function(name)
    if own:
        return Effect.UNSEEN if _may_change_rows(own, world) else Effect.NONE
    if name in _KNOWN:
        return _KNOWN[name]
    if name.name in _MIGHTY:
        return Effect.UNSEEN
    if name.schema is not None:
        return Effect.NONE if name.schema in _QUIET_SCHEMAS else Effect.UNSEEN
    return Effect.NONE if is_known or not alone or name.name in _HARMLESS else Effect.UNSEEN


def _may_change_rows(functions: Iterable[Function], world: World) -> bool:
    """Look through bodies, and through those of what they seem to call."""
    waiting, seen = [each.body for each in functions], set[str]()
    by_name: dict[str, list[Function]] | None = None
    while waiting:
        body = waiting.pop()
        if body is None:
            return True
        words = set(_WORD.findall(body.lower()))
        if not words.isdisjoint(_CHANGING):
            return True
        if by_name is None:
            by_name = {}
            for name, several in world.functions.items():
                by_name.setdefault(name.name.lower(), []).extend(several)
        for word in words - seen:
            waiting.extend(each.body for each in by_name.get(word, ()))
        seen |= words
    return False
