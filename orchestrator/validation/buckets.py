"""Buckets of files: which are public as far as these files tell, and which a policy opens whole."""

from collections.abc import Mapping
from typing import Final

from orchestrator.domain.shape import Name
from orchestrator.validation.changes import ChangeRows, Verb
from orchestrator.validation.grammar.assignments import written_rows
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.standing import StandingPolicy

BUCKETS: Final = Name("storage", "buckets")
OBJECTS: Final = Name("storage", "objects")
_TRUE: Final = frozenset({"true", "t", "yes", "y", "on", "1"})
_ANYBODY: Final = frozenset({"anon", "public"})


def says_public(row: Mapping[str, str]) -> bool | None:
    """Tell whether a row of storage.buckets is public; None where it does not say."""
    return row["public"].lower() in _TRUE if "public" in row else None


def rows_of(seen: Seen[ChangeRows]) -> tuple[Mapping[str, str], ...]:
    """Return the constants that a statement writes to storage.buckets, row by row; none of a block's."""
    change = seen.change
    asked = change.table == BUCKETS and change.verb in {Verb.INSERT, Verb.UPDATE}
    return written_rows(seen.part.text) if asked and not change.guarded else ()


def public_buckets(aftermath: Aftermath) -> Mapping[str, bool]:
    """Return which buckets are public, by id; what these files do not say is not in it."""
    return aftermath.once(_public_buckets)


def _public_buckets(aftermath: Aftermath) -> Mapping[str, bool]:
    found: dict[str, bool] = {}
    for seen in aftermath.each(ChangeRows):
        for row in rows_of(seen):
            public, bucket = says_public(row), row.get("id")
            if public is not None and bucket is not None:
                found[bucket] = public
    return found


def whole_bucket(policy: StandingPolicy) -> str | None:
    """Return the bucket that a policy opens whole to everybody for reading; None where it asks for more."""
    if policy.table != OBJECTS or not policy.covers("SELECT") or not policy.permissive:
        return None
    if policy.using is None or _ANYBODY.isdisjoint(policy.roles):
        return None
    asked = policy.using.expression
    if asked.calls or asked.reads or {column.name for column in asked.columns} != {"bucket_id"}:
        return None
    if len(asked.literals) != 1 or asked.constant is not None:
        return None
    return asked.literals[0].text
