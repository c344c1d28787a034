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
        "storage",
        "vault",
        "partman",
        "pgsodium",
        "tiger",
        "topology",
    }
)
KNOWN: Final = {
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
    **{Name("realtime", name): Effect.NONE for name in ("topic", "to_regrole")},
    **{
        Name("net", name): Effect.UNSEEN
        for name in ("http_collect_response", "http_delete", "http_get", "http_post")
    },
    Name("pgsodium", "create_key"): Effect.ADDS,
}
#: of partman: rows go with their partitions, or to another table
_PARTMAN: Final = re.compile(r"(?:undo|drop)_partition|partition_(?:data|gap)|run_maintenance|reapply")
#: of servers and of extensions: those run what nobody reads, or work on files and other databases
_MIGHTY: Final = re.compile(
    r"dblink(?:_exec|_send_query)?|lo_(?!get\b|compat)\w+|lowrite|loread|pg_logical_emit_message"
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
    {"alter", "insert", "update", "delete", "truncate", "merge", "copy", "execute", "setval", "restart"}
)
_WORD: Final = re.compile(r"\w+")
#: a call in a body of what belongs to one of these schemas
_CALL: Final = re.compile(r'\b(net|partman|pgmq|pgsodium|realtime|vault)"?\s*\.\s*"?(\w+)')


def effect_of(name: Name, world: World, *, alone: bool, is_known: bool) -> Effect:
    """Tell what a call does to rows.

    `alone`: it is what its statement is for; `is_known`: the world began with all that was there, so that
    what it does not have is PostgreSQL's own or an extension's.
    """
    own = world.function(name)
    if own:
        return Effect.UNSEEN if _may_change_rows(own, world) else Effect.NONE
    if name in KNOWN:
        return KNOWN[name]
    if _MIGHTY.fullmatch(name.name):
        return Effect.UNSEEN
    if name.schema == "partman" and _PARTMAN.match(name.name):
        return Effect.LOSES
    if name.schema is not None:
        return Effect.NONE if name.schema in _QUIET_SCHEMAS else Effect.UNSEEN
    return Effect.NONE if is_known or not alone or name.name in _HARMLESS else Effect.UNSEEN


def some_change_rows(names: Iterable[Name], world: World) -> bool:
    """Tell whether one of these functions may, as the catalog names what an expression calls.

    Of those that extensions bring, only the ones that are known here for it.
    """
    known = (name for name in names if world.function(name) or name in KNOWN or _MIGHTY.fullmatch(name.name))
    return any(effect_of(name, world, alone=True, is_known=True) is not Effect.NONE for name in known)


def hides_nothing(schema: str | None, name: str) -> bool:
    """Tell whether a relation that is not known here is PostgreSQL's or the platform's, and only looks."""
    return schema in _QUIET_SCHEMAS or (schema is None and name.startswith("pg_"))


def _may_change_rows(functions: Iterable[Function], world: World) -> bool:
    """Look through bodies, and through those of what they seem to call."""
    waiting, seen = [each.body for each in functions], set[str]()
    by_name: dict[str, list[Function]] | None = None
    while waiting:
        body = waiting.pop()
        if body is None:
            return True
        words = set(_WORD.findall(body.lower()))
        if not words.isdisjoint(_CHANGING) or any(map(_MIGHTY.fullmatch, words)):
            return True
        called = (Name(*found) for found in _CALL.findall(body.lower()))
        if any(effect_of(name, world, alone=True, is_known=True) is not Effect.NONE for name in called):
            return True
        if by_name is None:
            by_name = {}
            for name, several in world.functions.items():
                word = name.name.lower() if _WORD.fullmatch(name.name) else name.name
                by_name.setdefault(word, []).extend(several)
        words |= {name for name in by_name if not _WORD.fullmatch(name) and name in body}
        for word in words - seen:
            waiting.extend(each.body for each in by_name.get(word, ()))
        seen |= words
    return False
