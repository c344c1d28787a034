"""A file that cannot be in one transaction with the others, on a target that wants all to be one."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from orchestrator.domain.finding import Finding, Severity, Source
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddEnumValue, Change, CreateEnum
from orchestrator.validation.dependents import is_type
from orchestrator.validation.enum_use import SAFE_IN_NEW_TYPES_SINCE, Columns, Sought, Use
from orchestrator.validation.moment import Aftermath, Seen
from orchestrator.validation.rehearsal.evidence import Evidence, words_of
from orchestrator.validation.rule import Rule
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.world.world import World


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each file that runs alone, and each new value of an enumeration that a later file uses."""
    if not aftermath.terms.atomic:
        return
    for file in aftermath.pending:
        if file.runs_alone and file.parts:
            yield _alone(file)
    for added in aftermath.each(AddEnumValue):
        if not added.is_applied and not added.file.runs_alone and not _is_usable(added.change, aftermath):
            yield from _used_later(added, aftermath)


def played_apart(evidence: Evidence) -> Iterator[Finding]:
    """Report what the rehearsal could not hold in one transaction, and could in several."""
    why = evidence.rehearsal.apart_because
    if evidence.terms.atomic and why is not None and evidence.rehearsal.failed is None:
        said = words_of(why, without_place=True)
        finding = evidence.of_failure(RULE, why, f"It is refused in one transaction with the others: {said}")
        yield replace(finding, remedy=RULE.remedy, source=Source.REHEARSAL)


def _alone(file: SqlText) -> Finding:
    first = file.parts[0]
    what = first.parsed.runs_alone if len(file.parts) == 1 else None
    return RULE.finding(
        f"{what or 'This file'} runs outside a transaction",
        file=file.path,
        at=file.place(first.offset),
        remedy="Let each file be a transaction, atomic = false, for the deployment that has it; or write "
        "what a transaction can hold",
    )


def _is_usable(added: AddEnumValue, aftermath: Aftermath) -> bool:
    """Tell whether the value is there already, or belongs to a type of the same transaction."""
    terms, name = aftermath.terms, _name_of(added, aftermath.world)
    known = terms.survey.shape.enums.get(name) if terms.survey else None
    if known is not None:
        return added.value in known.labels
    made = any(aftermath.world.would_be(each.change.type) == name for each in aftermath.each(CreateEnum))
    return made and (terms.server_major or 0) >= SAFE_IN_NEW_TYPES_SINCE


def _used_later(added: Seen[AddEnumValue], aftermath: Aftermath) -> Iterator[Finding]:
    """Yield the first use in a file behind the one that adds the value."""
    world = aftermath.world
    name, value = _name_of(added.change, world), added.change.value
    sought = Sought(value=value, enum=name, columns=_columns(name, world), world=world)
    for seen in _behind(added, aftermath.pending, value.replace("'", "''")):
        use = sought.first_use(seen)
        if use is not None:
            yield _used(added, seen, use, name)
            return


def _behind(added: Seen[AddEnumValue], pending: Sequence[SqlText], word: str) -> Iterator[Seen[Change]]:
    at = next(number for number, file in enumerate(pending) if file is added.file)
    for file in pending[at + 1 :]:
        if word in (file.text or ""):
            for part, change in file.changes:
                if word in part.text:
                    yield Seen(change=change, file=file, part=part)


def _columns(enum: Name, world: World) -> Columns:
    found = {
        table.name: frozenset(each.name for each in table.columns.values() if is_type(each.type, enum, world))
        for table in world.tables.values()
    }
    return {name: columns for name, columns in found.items() if columns}


def _name_of(added: AddEnumValue, world: World) -> Name:
    enum = world.enum(added.type)
    return enum.name if enum else world.would_be(added.type)


def _used(added: Seen[AddEnumValue], seen: Seen[Change], use: Use, name: Name) -> Finding:
    certain = use.sure and not (added.change.guarded or seen.change.guarded or seen.file.is_read_in_part)
    adds = added.path.rpartition("/")[2]
    used = "is used" if use.sure else "may be used"
    return RULE.finding(
        f"'{added.change.value}' {used} in the transaction in which {adds} adds it to {name}",
        file=seen.path,
        at=seen.place(use.offset),
        severity=Severity.ERROR if certain else Severity.WARNING,
    )


_REMEDY: Final = (
    "Deploy it after the others are on the target; or let each file be a transaction: atomic = false"
)

RULE: Rule[Aftermath] = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="The target says atomic = true, and a file cannot be in one transaction with the others",
    effect="The server would refuse it there, or it would be committed before the probes were asked",
    remedy=_REMEDY,
    check=check,
    needs_target=True,
    may_be_allowed=False,
)
