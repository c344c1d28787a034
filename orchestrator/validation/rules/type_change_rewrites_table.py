"""A column that gets another type: the whole table is written anew."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.validation.changes import AlterColumnType, SetSetting
from orchestrator.validation.hazard import Blocks, Hazard, Work
from orchestrator.validation.marked import Marked
from orchestrator.validation.rule import Rule
from orchestrator.validation.type_change import is_free_in_utc, rewrites

_IN_UTC = "If the values are meant in UTC: set local timezone = 'UTC' before it, and no row is written"


def check(marked: Marked) -> Iterator[Finding]:
    """Report each change of type, except those that are known to leave the rows as they are."""
    change = marked.change
    if not isinstance(change, AlterColumnType) or marked.is_on_new_table:
        return
    column = marked.before.columns.get(change.column) if marked.before else None
    old = column.type if column else None
    plain = change.using is None or change.plain_cast
    if plain and old is not None and not _writes(marked, old, change.type):
        return
    message = f"Changing {marked.table}.{change.column}"
    if old is None:
        yield marked.finding(
            RULE, f"{message} to {change.type} may write every row anew: its type is not known"
        )
        return
    remedy = _IN_UTC if plain and is_free_in_utc(old, change.type) else RULE.remedy
    yield marked.finding(RULE, f"{message} from {old} to {change.type} writes every row anew", remedy=remedy)


def _writes(marked: Marked, old: str, new: str) -> bool:
    return rewrites(old, new) and not (is_free_in_utc(old, new) and _is_in_utc(marked))


def _is_in_utc(marked: Marked) -> bool:
    """Tell whether the file sets the session's time zone to UTC before."""
    settings = (seen.change for seen in marked.up_to_it if isinstance(seen.change, SetSetting))
    zones = (setting.value for setting in settings if setting.name == "timezone")
    return (next(zones, None) or "").lower() == "utc"


RULE = Rule.of(
    __name__,
    severity=Severity.WARNING,
    condition="A column gets a type for which every row is written anew",
    effect="Reads and writes wait while the whole table and its indexes are written anew",
    remedy="Add a new column, keep both equal by a trigger, fill it in portions, switch, drop the old one",
    check=check,
    source=Source.SQUAWK,
    marks=("changing-column-type",),
    hazard=Hazard(blocks=Blocks.EVERYTHING, work=Work.REWRITE),
)
