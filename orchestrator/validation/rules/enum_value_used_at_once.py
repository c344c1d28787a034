"""A new value of an enumeration is used in the transaction that adds it."""

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.changes import AddEnumValue, Change, CreateEnum
from orchestrator.validation.enum_use import SAFE_IN_NEW_TYPES_SINCE, Sought, Use, columns_of_type
from orchestrator.validation.moment import Moment, Seen
from orchestrator.validation.rule import Rule
from orchestrator.validation.world.world import World


def check(moment: Moment[AddEnumValue]) -> Iterator[Finding]:
    """Look ahead from ALTER TYPE … ADD VALUE for statements of the same file that use the value."""
    if moment.seen.file.runs_alone:
        return  # each statement is committed before the next
    added, world = moment.change, moment.world
    enum = world.enum(added.type)
    name = enum.name if enum else world.would_be(added.type)
    if enum is not None and added.value in enum.labels:
        return  # it is there already: with IF NOT EXISTS nothing is added
    behind = list(moment.later_with(added.value.replace("'", "''")))
    if not behind:
        return
    is_of_file = any(_makes(each.change, name, world) for each in moment.earlier)
    if is_of_file and (moment.terms.server_major or 0) >= SAFE_IN_NEW_TYPES_SINCE:
        return
    columns = columns_of_type(name, moment)
    sought = Sought(value=added.value, enum=name, columns=columns, world=world)
    uses = {each.part.offset: (each, use) for each in reversed(behind) if (use := sought.first_use(each))}
    for _, (seen, use) in sorted(uses.items()):
        known = not is_of_file or moment.terms.server_major is not None
        yield _finding(moment, seen, replace(use, sure=use.sure and known), name)


def _makes(change: Change, name: Name, world: World) -> bool:
    return isinstance(change, CreateEnum) and world.would_be(change.type) == name


def _finding(moment: Moment[AddEnumValue], seen: Seen[Change], use: Use, name: Name) -> Finding:
    guarded = moment.change.guarded or seen.change.guarded or seen.file.is_read_in_part
    certain = use.sure and not guarded
    value = moment.change.value
    used = f"'{value}' is used in the transaction that adds it to {name}"
    return RULE.finding(
        used if use.sure else f"'{value}' may be used in the transaction that adds it to {name}",
        file=seen.path,
        at=seen.place(use.offset),
        severity=Severity.ERROR if certain else Severity.WARNING,
    )


RULE = Rule.of(
    __name__,
    severity=Severity.ERROR,
    condition="A new value of an enumeration is used in the file that adds it",
    effect="The server refuses it (55P04): the value is safe to use only after the commit",
    remedy="Move what uses the value into a migration of its own, behind this one",
    check=check,
    looks_at=(AddEnumValue,),
)
