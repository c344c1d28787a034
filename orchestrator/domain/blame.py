"""Whose a difference is after a rollback: ours, or somebody else's who changed the target meanwhile."""

from collections.abc import Collection, Iterable
from typing import Final

from orchestrator.domain.facts import Change, parts_of
from orchestrator.domain.identity import split

#: a fact by its kind and identity
Key = tuple[str, str]

#: what holds other things: whatever is a part of it, or is about it, is touched along with it
_HOLDERS: Final = frozenset(
    {
        "aggregate",
        "domain",
        "foreign table",
        "function",
        "materialized view",
        "procedure",
        "sequence",
        "table",
        "type",
        "view",
    }
)
#: parts of a definition that name what an index, a sequence or a statistics object belongs to
_OWNERS: Final = ("on", "owned by", "identity of")


def keys_of(changes: Iterable[Change]) -> frozenset[Key]:
    """Return which facts differ."""
    return frozenset((change.kind, change.identity) for change in changes)


def blame(
    changes: Iterable[Change], touched: Collection[Key], *, same_major: bool = True
) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
    """Split what is not as it was into what a deployment or its rollback left behind, and drift.

    Ours is what was touched, and what belongs to a touched table, view, function or type. Between two major
    versions of the server only what came or went is ours: they put the same definition into other words.
    """
    own = frozenset(touched)
    holders = frozenset(identity for kind, identity in own if kind in _HOLDERS)
    ours: list[Change] = []
    others: list[Change] = []
    for change in changes:
        is_ours = (change.kind, change.identity) in own or not holders.isdisjoint(_belongs_to(change))
        in_other_words = not same_major and None not in (change.before, change.after)
        (ours if is_ours and not in_other_words else others).append(change)
    return tuple(ours), tuple(others)


def _belongs_to(change: Change) -> set[str]:
    """Return every identity that this one may be a part of: "public.orders.own" is of "public.orders"."""
    about = [split(change.identity, " ")[-1], *split(change.identity, "/")]
    for definition in (change.before, change.after):
        parts = parts_of(definition or "")
        about += [parts[key] for key in _OWNERS if key in parts]
    return {whole for each in about for whole in _beginnings(each)}


def _beginnings(identity: str) -> Iterable[str]:
    pieces = split(identity, ".")
    return (".".join(pieces[:number]) for number in range(1, len(pieces) + 1))
