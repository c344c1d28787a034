"""What a change takes for granted: relations, and columns of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change, Constraint, ConstraintKind
from orchestrator.validation.expression import Expression
from orchestrator.validation.world.certainty import RELATIONS

#: kinds of DROP, RENAME and COMMENT that are about a part of a table
_PARTS: Final = frozenset({"policy", "trigger", "constraint", "rule"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Use:
    """A relation that has to be there, with these columns."""

    table: Name
    columns: tuple[str, ...] = ()
    #: "policy" or "trigger" that it has to have
    part: tuple[str, str] | None = None
    #: where that is said, in characters of the statement; None: at the change
    offset: int | None = None


def assumed(change: Change) -> Iterator[Use]:
    """Yield what a change takes for granted; nothing of what it says may be missing."""
    if isinstance(change, changes.TableChange) and change.if_table_exists:
        return
    read = _READERS.get(type(change))
    if read is not None:
        yield from read(change)
    elif isinstance(change, changes.TableChange):
        yield Use(table=change.table)


def _one_column(change: Any) -> Iterator[Use]:  # noqa: ANN401  # those that have `column`
    yield Use(table=change.table, columns=(change.column,))


def _drop_column(change: changes.DropColumn) -> Iterator[Use]:
    yield Use(table=change.table, columns=() if change.if_exists else (change.column,))


def _create_table(change: changes.CreateTable) -> Iterator[Use]:
    for each in (*change.parents, *change.like):
        yield Use(table=each)
    for constraint in change.all_constraints():
        if constraint.references != change.table:
            yield from _referenced(constraint)


def _add_column(change: changes.AddColumn) -> Iterator[Use]:
    yield Use(table=change.table)
    for constraint in change.column.constraints:
        yield from _referenced(constraint)


def _add_constraint(change: changes.AddConstraint) -> Iterator[Use]:
    constraint = change.constraint
    checked = _own_columns(constraint.condition, change.table)
    yield Use(table=change.table, columns=(*constraint.columns, *checked), offset=constraint.offset)
    yield from _referenced(constraint)


def _referenced(constraint: Constraint) -> Iterator[Use]:
    if constraint.kind is ConstraintKind.FOREIGN_KEY and constraint.references is not None:
        columns = constraint.referenced_columns
        yield Use(table=constraint.references, columns=columns, offset=constraint.offset)


def _create_index(change: changes.CreateIndex) -> Iterator[Use]:
    columns = tuple(column for column in change.columns if column)
    yield Use(table=change.table, columns=(*columns, *_own_columns(change.expression, change.table)))


def _policy(change: changes.CreatePolicy | changes.AlterPolicy) -> Iterator[Use]:
    of_both = (*_own_columns(change.using, change.table), *_own_columns(change.check, change.table))
    part = ("policy", change.name) if isinstance(change, changes.AlterPolicy) else None
    yield Use(table=change.table, columns=of_both, part=part)


def _own_columns(expression: Expression | None, table: Name) -> tuple[str, ...]:
    """Return the columns of the table itself; its own name stands for a whole row."""
    used: Iterable[Any] = expression.columns if expression else ()
    return tuple(
        use.name
        for use in used
        if not use.inner and use.table in {None, table.name} and use.name != table.name
    )


def _rows(change: changes.ChangeRows) -> Iterator[Use]:
    yield Use(table=change.table, columns=change.columns)


def _create_view(change: changes.CreateView) -> Iterator[Use]:
    for each in sorted(change.query.reads, key=str):
        yield Use(table=each)


def _drop(change: changes.Drop) -> Iterator[Use]:
    if change.if_exists:
        return
    if change.kind in RELATIONS:
        yield Use(table=change.name)
    elif change.kind in _PARTS and change.part:
        yield Use(table=change.name, part=(change.kind, change.part))


def _rename(change: changes.Rename) -> Iterator[Use]:
    if change.if_exists:
        return
    if change.kind in RELATIONS:
        yield Use(table=change.name)
    elif change.kind == "column" and change.part:
        yield Use(table=change.name, columns=(change.part,))
    elif change.kind in _PARTS and change.part:
        yield Use(table=change.name, part=(change.kind, change.part))


def _set_schema(change: changes.SetSchema) -> Iterator[Use]:
    if change.kind in RELATIONS and not change.if_exists:
        yield Use(table=change.name)


def _comment(change: changes.SetComment) -> Iterator[Use]:
    if change.kind in RELATIONS or change.column:
        yield Use(table=change.name, columns=(change.column,) if change.column else ())


def _grants(change: changes.ChangeGrants) -> Iterator[Use]:
    if change.kind == "table":
        for each in change.objects:
            yield Use(table=each)


_READERS: Final[Mapping[type, Callable[[Any], Iterator[Use]]]] = {
    changes.CreateTable: _create_table,
    changes.AddColumn: _add_column,
    changes.DropColumn: _drop_column,
    changes.AlterColumnType: _one_column,
    changes.SetNotNull: _one_column,
    changes.SetDefault: _one_column,
    changes.AddConstraint: _add_constraint,
    changes.CreateIndex: _create_index,
    changes.CreatePolicy: _policy,
    changes.AlterPolicy: _policy,
    changes.ChangeRows: _rows,
    changes.CreateView: _create_view,
    changes.Drop: _drop,
    changes.Rename: _rename,
    changes.SetSchema: _set_schema,
    changes.SetComment: _comment,
    changes.ChangeGrants: _grants,
}
