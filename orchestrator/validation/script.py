"""What is carried out of a file, and what is recorded about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.validation.alone import runs_alone
from orchestrator.validation.grammar.parser import Control, parse
from orchestrator.validation.psql import without_dump_lines
from orchestrator.validation.split import Statement, is_blank, split_statements


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """One file, ready to be applied."""

    #: what to send, in order: no BEGIN and COMMIT around the whole file, nothing but SQL
    statements: tuple[Statement, ...]
    #: what the Supabase CLI would write into the history's column `statements`
    recorded: tuple[str, ...]
    #: whether it runs outside a transaction, statement by statement; else all of it is one transaction
    runs_alone: bool = False


def read_script(sql: str) -> Script:
    r"""Split a file; some things are taken off what is sent, never off what is recorded.

    Those are a BEGIN … COMMIT around all of it, and pg_dump's lines \restrict and \unrestrict. A file that
    runs alone keeps its BEGIN and COMMIT, which nothing could stand for.
    Raises nothing: whether the file may be applied is the rules' business. Control of the transaction in the
    middle is sent as it stands, for the guard in the database to stop.
    """
    recorded = split_statements(sql)
    sent = tuple(s for s in map(without_dump_lines, recorded) if not is_blank(s.text))
    alone = runs_alone(sql, sent)
    return Script(
        statements=sent if alone else without_wrapper(sent),
        recorded=tuple(statement.text for statement in recorded),
        runs_alone=alone,
    )


def without_wrapper(statements: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """Take off the BEGIN and the COMMIT that enclose all the other statements."""
    if not statements or parse(statements[0].text).control is not Control.BEGIN:
        return statements  # the usual case, decided without parsing the rest
    return statements[1:-1] if is_wrapped([parse(each.text).control for each in statements]) else statements


def is_wrapped(controls: Sequence[Control | None]) -> bool:
    """Tell whether the first statement begins a transaction, the last commits it, and no other touches it."""
    return len(controls) > 1 and (*controls,) == (
        Control.BEGIN,
        *[None] * (len(controls) - 2),
        Control.COMMIT,
    )
