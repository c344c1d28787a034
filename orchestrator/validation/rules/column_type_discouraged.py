"""A type that is regretted later."""

from collections.abc import Iterator, Mapping, Sequence

from orchestrator.domain.finding import Finding, Severity
from orchestrator.validation.changes import (
    AddColumn,
    AlterColumnType,
    ColumnDefinition,
    ConstraintKind,
    CreateTable,
)
from orchestrator.validation.declared import declared_columns
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule

_TEXT = "text, with check (char_length(…) <= …) where the length matters"
_IDENTITY = "bigint generated always as identity"
_INSTEAD = {
    "json": "jsonb",
    "money": "numeric",
    "serial": _IDENTITY,
    "bigserial": _IDENTITY,
    "smallserial": _IDENTITY,
}
_SMALL = frozenset({"integer", "smallint"})


def check(moment: Moment[CreateTable | AddColumn | AlterColumnType]) -> Iterator[Finding]:
    """Report the columns of a table together, at the first of them."""
    change = moment.change
    if isinstance(change, AlterColumnType):
        found = [(change.column, change.type, change.offset)]
        keys = frozenset[str]()
    else:
        found = [(each.name, each.type, each.offset) for each in declared_columns(change)]
        keys = _keys(change)
    odd = [(*each, instead) for each in found if (instead := _instead(each[1], is_key=each[0] in keys))]
    if odd:
        columns = ", ".join(f"{name} {type_}" for name, type_, _, _ in odd)
        several = "columns of types that are" if len(odd) > 1 else "a column of a type that is"
        yield moment.finding(
            RULE,
            f"{moment.world.named(change.table)} has {several} regretted later: {columns}",
            at=odd[0][2],
            about=change.table,
            remedy=_remedy({_bare(kind): instead for _, kind, _, instead in odd}),
        )


def _instead(type_: str, *, is_key: bool) -> str | None:
    base = type_.removesuffix("[]")
    if base.startswith(("character(", "character varying(")):
        return _TEXT
    if is_key and base in _SMALL:
        return f"{_IDENTITY}, or uuid default gen_random_uuid()"
    return _INSTEAD.get(base)


def _remedy(instead: Mapping[str, str]) -> str:
    by_remedy: dict[str, list[str]] = {}
    for kind, new in instead.items():
        by_remedy.setdefault(new, []).append(kind)
    words = (f"{' and '.join(kinds)}: {new}" for new, kinds in by_remedy.items())
    return f"Instead of {'; of '.join(words)}"


def _bare(type_: str) -> str:
    return type_.removesuffix("[]").partition("(")[0]


def _keys(change: CreateTable | AddColumn) -> frozenset[str]:
    """Return the column that is the primary key by itself and refers to no other table."""
    columns = declared_columns(change)
    keys = [each.name for each in columns if each.has(ConstraintKind.PRIMARY_KEY)]
    constraints = change.constraints if isinstance(change, CreateTable) else ()
    for constraint in constraints:
        if constraint.kind is ConstraintKind.PRIMARY_KEY and len(constraint.columns) == 1:
            keys.extend(constraint.columns)
        if constraint.kind is ConstraintKind.FOREIGN_KEY:
            keys = [each for each in keys if each not in constraint.columns]
    return frozenset(keys) - _referring(columns)


def _referring(columns: Sequence[ColumnDefinition]) -> frozenset[str]:
    return frozenset(each.name for each in columns if each.has(ConstraintKind.FOREIGN_KEY))


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A column has a type that is regretted later",
    effect="Changing it on a large table rewrites the table while nobody can use it",
    remedy="Write text, jsonb, numeric, bigint generated always as identity or uuid",
    check=check,
    looks_at=(CreateTable, AddColumn, AlterColumnType),
)
