"""A column updated_at that nothing keeps up to date."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name, Table
from orchestrator.validation.changes import AddColumn, Change, CreateTable, Unseen
from orchestrator.validation.declared import column_updated, declared_columns, new_ordinary_tables
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rule import Rule
from orchestrator.validation.spelling import spelled


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each new table, unless SQL that nobody can read may have made the trigger."""
    unseen = [place for place, seen in enumerate(aftermath.seen) if isinstance(seen.change, Unseen)]
    before_unseen = {id(seen) for seen in aftermath.seen[: unseen[-1]]} if unseen else set[int]()
    for table, seen in new_ordinary_tables(aftermath):
        column = column_updated(table)
        if column is None or _is_kept(table) or id(seen) in before_unseen:
            continue
        where, at = _place(table, column, seen, aftermath)
        yield aftermath.finding(
            RULE,
            f"{table.name}.{column} is set by no trigger",
            where,
            at=at,
            about=table.name,
            remedy=_remedy(table, column),
        )


def _is_kept(table: Table) -> bool:
    return any(trigger.timing == "BEFORE" and "UPDATE" in trigger.events for trigger in table.triggers)


def _place(
    table: Table, column: str, made: Seen[Change], aftermath: Aftermath
) -> tuple[Seen[Change], int | None]:
    """Find where the column is written: with the table, or added to it."""
    added = (seen for seen in aftermath.each(AddColumn) if seen.table == table.name)
    for seen in (made, *added):
        columns = declared_columns(seen.change) if isinstance(seen.change, CreateTable | AddColumn) else ()
        for each in columns:
            if each.name == column:
                return seen, each.offset
    return made, None


def _remedy(table: Table, column: str) -> str:
    if column != "updated_at":
        return f"Add a BEFORE UPDATE trigger whose function sets new.{spelled(Name(None, column))} = now()"
    return (
        f"create trigger set_updated_at before update on {spelled(table.name)} "
        "for each row execute function extensions.moddatetime(updated_at); or a function of your own"
    )


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A new table has updated_at, and no trigger that could set it",
    effect="It keeps the time at which the row was made, unless every client remembers to set it",
    remedy="Add a BEFORE UPDATE trigger whose function sets new.updated_at = now()",
    check=check,
)
