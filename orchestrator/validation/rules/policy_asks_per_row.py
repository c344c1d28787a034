"""A policy that asks anew for each row who it is that asks."""

from collections.abc import Iterator

from orchestrator.domain.finding import Finding, Severity
from orchestrator.domain.shape import Name
from orchestrator.validation.expression import Call
from orchestrator.validation.moment import Aftermath, size_of
from orchestrator.validation.rule import Rule
from orchestrator.validation.standing import Said, standing_policies

_SAME_FOR_ALL = frozenset(
    {
        Name("auth", "uid"),
        Name("auth", "jwt"),
        Name("auth", "role"),
        Name("auth", "email"),
        Name(None, "current_setting"),
        Name("pg_catalog", "current_setting"),
    }
)
_MANY_ROWS = 10_000


def check(aftermath: Aftermath) -> Iterator[Finding]:
    """Report each table once, at its first policy of that kind."""
    found: dict[Name, list[tuple[str, Said, Call]]] = {}
    for policy in standing_policies(aftermath).values():
        calls = [(said, call) for said in policy.said() for call in said.expression.calls]
        asking = [(said, call) for said, call in calls if call.name in _SAME_FOR_ALL and not call.once]
        if asking and not policy.serves_the_service_only():
            found.setdefault(policy.table, []).append((str(policy), *asking[0]))
    for table, several in found.items():
        yield _finding(aftermath, table, several)


def _finding(aftermath: Aftermath, table: Name, several: list[tuple[str, Said, Call]]) -> Finding:
    policy, said, call = several[0]
    size = size_of(table, aftermath.terms)
    large = size is not None and size.rows > _MANY_ROWS
    more = f"; so {_count(len(several) - 1)} of this table" if len(several) > 1 else ""
    rows = f" of about {size.rows:,}" if size is not None and large else ""
    written = f"{call.name}({', '.join(map(_quoted, call.arguments))})"
    return aftermath.finding(
        RULE,
        f"{policy} calls {call.name}() for each row{rows}{more}",
        said.seen,
        at=call.offset,
        about=table,
        severity=Severity.WARNING if large else Severity.NOTE,
        remedy=f"Write (select {written}): then it is asked once for each statement",
    )


def _count(number: int) -> str:
    return "does 1 other policy" if number == 1 else f"do {number} other policies"


def _quoted(argument: str | None) -> str:
    return "…" if argument is None else "'" + argument.replace("'", "''") + "'"


RULE = Rule.of(
    __name__,
    severity=Severity.NOTE,
    condition="A policy calls auth.uid() or its kind outside a sub-select of its own",
    effect="The token is read and parsed anew for every row that a statement looks at",
    remedy="Write (select auth.uid()): then it is asked once for each statement",
    check=check,
)
