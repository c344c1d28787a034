"""Something that belongs to Supabase is changed."""

from collections.abc import Iterator
from typing import Any, Final

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation import changes
from orchestrator.validation.changes import Change
from orchestrator.validation.moment import Moment
from orchestrator.validation.rule import Rule
from orchestrator.validation.supabase import FUNCTIONS, SCHEMAS, TABLES, TRIGGERS
from orchestrator.validation.world.world import World

#: commands of ALTER TABLE; policies, triggers of one's own and grants are meant to be written there
_ALTERS: Final = (
    changes.AddColumn,
    changes.AddConstraint,
    changes.AlterColumnType,
    changes.AlterTable,
    changes.CreateIndex,
    changes.DropColumn,
    changes.DropConstraint,
    changes.ForceRowSecurity,
    changes.SetDefault,
    changes.SetNotNull,
    changes.SetOptions,
    changes.SetRowSecurity,
)
_MAKES: Final = (changes.CreateFunction, changes.CreateTable, changes.CreateView, changes.CreateEnum)
_MADE_THERE: Final = "is made in a schema of Supabase's"
#: what authors make on Supabase's tables
_OWN_PARTS: Final = frozenset({"policy", "trigger"})


def check(moment: Moment[Change]) -> Iterator[Finding]:
    """Report each statement once, by what it does; what these files have made there is their own."""
    change = moment.change
    if not moment.terms.has_api or _is_own(change, moment.world):
        return
    match change:
        case changes.Drop():
            yield from _drop(change, moment)
        case changes.SetRowSecurity(enabled=False):
            return  # row-security-switched-off tells more
        case changes.SetRowSecurity():
            yield _finding(moment, f"Row level security of {change.table} is on already", Severity.NOTE)
        case changes.Rename() | changes.SetSchema():
            if change.kind not in _OWN_PARTS:
                yield _finding(moment, f"{change.name} belongs to Supabase and is renamed or moved")
        case changes.AlterFunction():
            yield _finding(moment, f"The function {change.name} belongs to Supabase and is altered")
        case _ if isinstance(change, _ALTERS) and moment.is_first_of(_ALTERS):
            yield _finding(moment, f"{_subject(change)} belongs to Supabase and is altered")
        case _ if isinstance(change, _MAKES):
            name = _subject(change)
            does = "belongs to Supabase and is replaced" if _is_shipped(name) else _MADE_THERE
            yield _finding(moment, f"{name} {does}")


def _subject(change: Change) -> Name:
    match change:
        case changes.TableChange() | changes.CreateTable():
            return change.table
        case changes.CreateView():
            return change.view
        case changes.CreateEnum():
            return change.type
        case changes.CreateFunction() | changes.AlterFunction():
            return change.name
        case changes.Drop() | changes.Rename() | changes.SetSchema():
            return change.name
    return Name(None, "")


def _is_own(change: Change, world: World) -> bool:
    """Tell whether it is about something of the author's: elsewhere, or there but none of Supabase's."""
    name = _subject(change)
    if name.schema not in SCHEMAS:
        return True
    if _is_shipped(name) or isinstance(change, _MAKES):
        return False
    return not isinstance(change, _ALTERS) or world.whole or name in world.tables


def _is_shipped(name: Name) -> bool:
    schema = name.schema or ""
    return name.name in TABLES.get(schema, ()) or name.name in FUNCTIONS.get(schema, ())


def _drop(drop: changes.Drop, moment: Moment[Any]) -> Iterator[Finding]:
    """Report drops of what Supabase ships; a policy is the author's, and so is a trigger not known as its."""
    if drop.kind == "trigger" and drop.part in TRIGGERS:
        yield _finding(moment, f'The trigger "{drop.part}" on {drop.name} belongs to Supabase and is dropped')
    elif drop.part is None:
        grave = drop.kind == "table" and not drop.guarded
        yield _finding(
            moment,
            f"The {drop.kind} {drop.name} belongs to Supabase and is dropped",
            Severity.ERROR if grave else Severity.WARNING,
        )


def _finding(moment: Moment[Any], message: str, severity: Severity = Severity.WARNING) -> Finding:
    drops = isinstance(moment.change, changes.Drop)
    remedy = "Leave it out" if drops or severity is Severity.NOTE else None
    about = _subject(moment.change)
    return moment.finding(RULE, message, about=about, severity=severity, remedy=remedy)


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A statement changes what belongs to Supabase: auth, storage, realtime and its other schemas",
    effect="Hosted Supabase refuses most of it (42501: must be owner), and an update of Supabase may undo it"
    " or fail because of it",
    remedy="Keep your own columns in a table of your own, such as public.profiles with a foreign key to"
    " auth.users, and your own functions in a schema of your own",
    check=check,
    looks_at=(
        *_ALTERS,
        *_MAKES,
        changes.AlterFunction,
        changes.Drop,
        changes.Rename,
        changes.SetSchema,
    ),
)
