"""All rows of a table go at once."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import ChangeRows, Verb
from orchestrator.validation.hazard import figures
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule


def check(moment: Moment[ChangeRows]) -> Iterator[Finding]:
    """Report each table that was there before; what it refers to decides how much it weighs."""
    change, world = moment.change, moment.world
    if change.verb is not Verb.TRUNCATE:
        return
    name, size = world.named(change.table), moment.size(change.table)
    others = _referring(name, moment)
    if others and not change.cascade:
        yield _refused(moment, name, others)
    elif not world.is_fresh(change.table):
        held = f": {figures(size)}" if size else ""
        along = f", and with it {', '.join(others)}" if others else ""
        yield moment.finding(
            RULE,
            f"{name} is emptied{along}{held}",
            about=change.table,
            severity=_severity(size.rows if size else None, cascade=change.cascade),
            remedy=_WITHOUT_CASCADE if change.cascade else None,
        )


def _referring(name: Name, moment: Moment[ChangeRows]) -> list[str]:
    """Return the tables that refer to it and are not emptied by the same statement."""
    world, every = moment.world, moment.seen.part.parsed.changes
    emptied = {world.named(each.table) for each in every if isinstance(each, ChangeRows)}
    return [
        str(table.name)
        for table in world.tables.values()
        if table.name not in emptied and any(key.references == name for key in table.foreign_keys)
    ]


def _refused(moment: Moment[ChangeRows], name: Name, others: list[str]) -> Finding:
    sure = not moment.change.guarded and any(str(each) in others for each in moment.world.sure)
    return moment.finding(
        RULE,
        f"{name} is emptied, but {', '.join(others)} refer{'' if len(others) > 1 else 's'} to it",
        about=moment.change.table,
        severity=Severity.ERROR if sure else Severity.WARNING,
        effect="The server refuses it (0A000), even where both are empty",
        remedy="Name all of them in one TRUNCATE, or say DELETE FROM",
    )


def _severity(rows: int | None, *, cascade: bool) -> Severity:
    if rows == 0 and not cascade:
        return Severity.NOTE
    return Severity.ERROR if rows and cascade else Severity.WARNING


_WITHOUT_CASCADE = "Say without CASCADE which tables shall be emptied: truncate a, b"

RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="TRUNCATE empties a table",
    effect="Every row is gone, no row trigger is asked, readers and writers wait until the commit",
    remedy="Keep a copy of the rows first, or delete those that shall go with a WHERE",
    check=check,
    looks_at=(ChangeRows,),
)
