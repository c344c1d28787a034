"""A statement about what is not there."""

import difflib
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table
from orchestrator.validation import changes
from orchestrator.validation.assumed import Use, assumed
from orchestrator.validation.changes import ConstraintKind, CreateTable
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.absence import is_missing
from orchestrator.validation.world.certainty import lacks_column
from orchestrator.validation.world.world import World

#: how much alike a name has to be to be meant
_NEAR: Final = 0.75
#: schemas of Supabase that migrations refer to; a plain PostgreSQL has none of them
_PLATFORM: Final = frozenset({"auth", "storage", "realtime"})


def check(moment: Moment[Any]) -> Iterator[Finding]:
    """Report what PostgreSQL would refuse; only what is certain."""
    if moment.change.guarded or moment.is_applied:
        return
    for use in assumed(moment.change):
        yield from _missing(use, moment)
    if isinstance(moment.change, CreateTable):
        yield from _missing_here(moment.change, moment)


def _missing(use: Use, moment: Moment[Any]) -> Iterator[Finding]:
    if moment.world.is_temporary(use.table):
        return
    table = moment.world.table(use.table)
    if table is not None:
        yield from _missing_in(table, use, moment)
    elif use.table.schema in _PLATFORM and _has_no(use.table.schema, moment):
        if _is_first_in(use.table.schema, moment):
            yield _no_platform(use, use.table.schema, moment)
    elif is_missing(use.table, moment.world):
        name = moment.world.named(use.table)
        remedy = f"{_way_out(name, moment)}{_who_took(name, moment)}"
        yield moment.finding(RULE, f"{name} is not there", at=use.offset, about=use.table, remedy=remedy)


def _has_no(schema: str, moment: Moment[Any]) -> bool:
    """Tell whether a target lacks a schema that Supabase brings along, or what stands in it."""
    world = moment.world
    if not world.whole or moment.terms.has_api or Name(None, schema) in world.doubtful:
        return False
    return schema not in world.schemas or all(name.schema != schema for name in world.tables)


def _is_first_in(schema: str, moment: Moment[Any]) -> bool:
    """Tell whether nothing before asked for anything in this schema: what is missing is told once."""
    before = (each for each in chain(moment.past, moment.earlier) if not each.change.guarded)
    return all(use.table.schema != schema for each in before for use in assumed(each.change))


def _no_platform(use: Use, schema: str, moment: Moment[Any]) -> Finding:
    return moment.finding(
        RULE,
        f"{use.table} is not there, and nothing else of schema {schema}: the target is a plain PostgreSQL",
        at=use.offset,
        about=use.table,
        remedy="Deploy to the database of a Supabase project; or make what these files need of "
        f"{schema} in a migration of their own before them",
    )


def _missing_in(table: Table, use: Use, moment: Moment[Any]) -> Iterator[Finding]:
    for column in dict.fromkeys(use.columns):
        if lacks_column(table, column, moment.world) and not _comes_along(column, moment):
            yield _no_column(column, table, use, moment)
    if use.part is not None and _lacks_part(table, *use.part, moment.world):
        yield moment.finding(
            RULE,
            f'There is no {use.part[0]} "{use.part[1]}" on {table.name}',
            about=use.table,
            remedy="Correct the name; a DROP may say IF EXISTS",
        )


def _comes_along(column: str, moment: Moment[Any]) -> bool:
    """Tell whether the same ALTER TABLE adds it: that is done first, wherever it is written."""
    return any(
        isinstance(each, changes.AddColumn) and each.column.name == column
        for each in moment.seen.part.parsed.changes
    )


def _way_out(name: Name, moment: Moment[Any]) -> str:
    way = "Make it first, or correct the name"
    if isinstance(moment.change, changes.Drop):
        way = "Leave it out, or say IF EXISTS"
    near = _near(name, moment.world)
    return f"Did you mean {near}? Else {way[0].lower()}{way[1:]}" if near else way


def _near(name: Name, world: World) -> Name | None:
    """Find the relation whose name is most like it: in its schema, else under its name in another one."""
    beside = {each.name: each for each in world.tables if each.schema == name.schema}
    near = difflib.get_close_matches(name.name, beside, n=1, cutoff=_NEAR)
    if near:
        return beside[near[0]]
    return next((each for each in sorted(world.tables, key=str) if each.name == name.name), None)


def _who_took(name: Name, moment: Moment[Any]) -> str:
    """Say which statement of this review has dropped, renamed or moved it."""
    for seen in chain(reversed(moment.earlier), reversed(moment.past)):
        match seen.change:
            case changes.Drop(part=None) | changes.Rename(part=None) | changes.SetSchema() if (
                moment.world.would_be(seen.change.name) == name
            ):
                return f"; {seen.path.rpartition('/')[2]}:{seen.place()[0]} takes it away"
    return ""


def _no_column(column: str, table: Table, use: Use, moment: Moment[Any]) -> Finding:
    """Report a column; no more than a warning where IF NOT EXISTS leaves open what is there."""
    drops = isinstance(moment.change, changes.DropColumn)
    way = "Leave it out, or say DROP COLUMN IF EXISTS" if drops else "Add the column first"
    near = difflib.get_close_matches(column, table.columns, n=1, cutoff=_NEAR)
    return moment.finding(
        RULE,
        f"{table.name} has no column {column}",
        at=use.offset,
        about=use.table,
        severity=Severity.WARNING if table.name in moment.world.supposed else None,
        remedy=f"Did you mean {near[0]}? Else {way[0].lower()}{way[1:]}" if near else way,
    )


def _lacks_part(table: Table, kind: str, name: str, world: World) -> bool:
    """Tell whether a policy or trigger is missing; a partition has triggers of its parent's."""
    if table.name not in world.sure or table.name in world.supposed:
        return False
    if kind == "policy":
        return all(policy.name != name for policy in table.policies)
    return kind == "trigger" and not table.parents and all(each.name != name for each in table.triggers)


def _missing_here(change: CreateTable, moment: Moment[Any]) -> Iterator[Finding]:
    """Report the columns that a key of a new table names, and that the table does not have."""
    if change.parents or change.like or change.of_type or change.query is not None:
        return
    own = {column.name for column in change.columns}
    for constraint in change.all_constraints():
        refers_to_itself = constraint.references == change.table
        named = (*constraint.columns, *(constraint.referenced_columns if refers_to_itself else ()))
        for column in dict.fromkeys(named):
            if column not in own and constraint.kind is not ConstraintKind.EXCLUDE:
                yield moment.finding(
                    RULE,
                    f"{moment.world.named(change.table)} has no column {column}",
                    at=constraint.offset,
                    about=change.table,
                    remedy="Correct the name, or add the column",
                )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement is about a table, column, policy or trigger that is not there",
    effect="PostgreSQL refuses it (42P01, 42703, 42704), and the whole migration with it",
    remedy="Correct the name, or make it first",
    check=check,
    looks_at=(
        changes.AddColumn,
        changes.AddConstraint,
        changes.AlterColumnType,
        changes.AlterPolicy,
        changes.AlterTable,
        changes.AttachPartition,
        changes.ChangeGrants,
        changes.ChangeRows,
        changes.CreateIndex,
        changes.CreatePolicy,
        changes.CreateTable,
        changes.CreateTrigger,
        changes.CreateView,
        changes.Drop,
        changes.DropColumn,
        changes.DropConstraint,
        changes.ForceRowSecurity,
        changes.Rename,
        changes.SetComment,
        changes.SetDefault,
        changes.SetNotNull,
        changes.SetOptions,
        changes.SetRowSecurity,
        changes.SetSchema,
        changes.ValidateConstraint,
    ),
)
