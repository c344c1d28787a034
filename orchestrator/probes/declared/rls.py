"""Carry out what rls.yaml declares: who may do what with which rows."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

from orchestrator.domain.declared import (
    DeclaredTest,
    FileOutcome,
    Mistake,
    TestedFile,
    TestFile,
    TestOutcome,
)
from orchestrator.domain.errors import TargetError
from orchestrator.domain.matrix import Command
from orchestrator.probes.declared.queries import query, quoted
from orchestrator.probes.declared.rls_form import RlsForm, RlsTest, SeedRow, Somebody, Try, read_form
from orchestrator.probes.declared.session import Late, Session, sqlstate_of
from orchestrator.probes.identities import Identity

_TEST: Final = "bascule_rls_test"
_THROUGH: Final = "00000"
_DENIED: Final = "42501"
_QUERY_CANCELED: Final = "57014"
_DID: Final = {
    Command.SELECT: "seen",
    Command.INSERT: "inserted",
    Command.UPDATE: "updated",
    Command.DELETE: "deleted",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Came:
    """What came of a statement."""

    #: None: the role could not be taken on
    sqlstate: str | None
    message: str
    rows: int


def run(session: Session, file: TestFile) -> TestedFile:
    """Run all of its tests; a file with a mistake in it runs none."""
    started = time.monotonic()
    form = read_form(file.text)
    if not isinstance(form, RlsForm):
        return TestedFile(path=file.path, outcome=FileOutcome.REFUSED, mistakes=form)
    tests: list[DeclaredTest] = []
    mistakes: list[Mistake] = []
    with session.for_a_file():
        mistakes += _carried_out(session, file, form, tests)
    return TestedFile(
        path=file.path,
        outcome=_outcome(tests, mistakes),
        tests=tuple(tests),
        mistakes=tuple(mistakes),
        seconds=time.monotonic() - started,
    )


def _outcome(tests: Sequence[DeclaredTest], mistakes: Sequence[Mistake]) -> FileOutcome:
    if mistakes:
        return FileOutcome.ERROR
    if not tests:
        return FileOutcome.NO_TESTS
    return FileOutcome.FAILED if any(t.outcome is TestOutcome.FAIL for t in tests) else FileOutcome.PASSED


def _carried_out(
    session: Session, file: TestFile, form: RlsForm, tests: list[DeclaredTest]
) -> Sequence[Mistake]:
    """Put the rows there, and add what came of each test; returns why the tests could not go on."""
    if mistake := _sown(session, form.seed):
        return (mistake,)
    mistakes: list[Mistake] = []
    numbers = count(1)
    for test in form.tests:
        with session.undone(_TEST):
            mistake = _sown(session, test.seed)
            for one in () if mistake else test.tries:
                try:
                    detail = _tried(session, test, one)
                except TargetError as error:
                    mistake = _mistake(one.line, f"{test.table}: {error.message}", error)
                    break
                except Late:
                    return [*mistakes, _late(one.line)]
                tests.append(_told(file, test, one, next(numbers), detail))
            mistakes += [mistake] if mistake else []
    return mistakes


def _told(file: TestFile, test: RlsTest, one: Try, number: int, detail: str) -> DeclaredTest:
    expected = f"{one.command} {one.expect}"
    about = f"{test.name}: " if test.name else ""
    return DeclaredTest(
        file=file.path,
        line=one.line,
        number=number,
        name=f"{about}{test.table} as {test.who.name}: {expected}",
        outcome=TestOutcome.FAIL if detail else TestOutcome.PASS,
        detail=detail,
    )


def _sown(session: Session, rows: Sequence[SeedRow]) -> Mistake | None:
    """Insert rows as ourselves; returns why one could not be."""
    for row in rows:
        try:
            session.guard()
            session.rows(_insert(session, _relation(session, row.table), row.row, " overriding system value"))
        except TargetError as error:
            return _mistake(row.line, f"a row of {row.table}: {error.message}", error)
        except Late:
            return _late(row.line)
    return None


def _tried(session: Session, test: RlsTest, one: Try) -> str:
    """Return in which way it is not as expected; empty where it is. Raises TargetError, Late."""
    session.guard()
    relation = _relation(session, test.table)
    statement = _statement(session, relation, test.who.role, one)
    came = _come(session, test.who, statement)
    if came.sqlstate is None:
        return f"nobody can be {test.who.role} here: {came.message}"
    if one.expect == "allow":
        fits = came.sqlstate == _THROUGH and (came.rows > 0 or one.command is Command.INSERT)
    elif one.expect == "deny":
        fits = came.sqlstate == _DENIED or (came.sqlstate == _THROUGH and came.rows == 0)
    else:
        fits = came.sqlstate == _THROUGH and came.rows == one.expect
    return "" if fits else f"expected {_expected(one)}, got {_got(one.command, came)}"


def _expected(one: Try) -> str:
    return one.expect if isinstance(one.expect, str) else _rows(one.expect, one.command)


def _got(command: Command, came: _Came) -> str:
    if came.sqlstate == _THROUGH:
        return _rows(came.rows, command)
    if came.sqlstate == _DENIED:
        return f"deny ({came.message})"
    return f"an error: {came.message} ({came.sqlstate})"


def _rows(number: int, command: Command) -> str:
    return f"{number} {'row' if number == 1 else 'rows'} {_DID[command]}"


def _come(session: Session, who: Somebody, statement: str) -> _Came:
    claims = _claims(who)
    wanted = {
        "role": who.role,
        "sub": str(claims.get("sub", "")),
        "claims": json.dumps(claims),
        "statement": statement,
    }
    session.rows(query("rls_wanted"), {"wanted": json.dumps(wanted)})
    session.rows(query("rls_try"))
    [(done,)] = session.rows("select pg_catalog.current_setting('bascule.done')")
    told = json.loads(done)
    return _Came(sqlstate=told["state"], message=told["message"] or "", rows=told["count"] or 0)


def _claims(who: Somebody) -> dict[str, Any]:
    """Return a whole token: what the file says, over what every token has."""
    base = json.loads(Identity(name=who.name, role=who.role, user=who.user).claims)
    claims: Mapping[str, Any] = who.claims or {}
    return _laid_over(base, claims)


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        if isinstance(under, Mapping) and isinstance(value, Mapping):
            merged[key] = _laid_over(under, value)
        else:
            merged[key] = value
    return merged


def _statement(session: Session, relation: str, role: str, one: Try) -> str:
    if one.command is Command.INSERT:
        return _insert(session, relation, one.values)
    where = _where(session, relation, one.where)
    if one.command is Command.SELECT:
        return f"select 1 from {relation}{where}"  # noqa: S608  # names are quoted, values are the server's literals
    if one.command is Command.DELETE:
        return f"delete from {relation}{where}"  # noqa: S608  # as above
    return f"update {relation} set {_setting(session, relation, role, one)}{where}"  # noqa: S608  # as above


def _setting(session: Session, relation: str, role: str, one: Try) -> str:
    if not one.values:
        [(column,)] = session.rows(query("rls_column"), {"relation": relation, "role": role})
        return f"{quoted(column)} = {quoted(column)}"
    literals = _literals(session, relation, one.values)
    return ", ".join(f"{quoted(column)} = {literal}" for column, literal in literals.items())


def _insert(session: Session, relation: str, row: Mapping[str, Any], how: str = "") -> str:
    if not row:
        return f"insert into {relation} default values"
    literals = _literals(session, relation, row)
    columns = ", ".join(map(quoted, literals))
    values = ", ".join(literals.values())
    return f"insert into {relation} ({columns}){how} values ({values})"  # noqa: S608  # as above


def _where(session: Session, relation: str, row: Mapping[str, Any]) -> str:
    if not row:
        return ""
    conditions = (
        f"{quoted(column)} is null" if literal == "NULL" else f"{quoted(column)} = {literal}"
        for column, literal in _literals(session, relation, row).items()
    )
    return " where " + " and ".join(conditions)


def _literals(session: Session, relation: str, row: Mapping[str, Any]) -> dict[str, str]:
    """Return each value as SQL writes it, once the server has read it as the type of its column."""
    columns = ", ".join(f"pg_catalog.quote_nullable((r).{quoted(column)}::text)" for column in row)
    asked = f"select {columns} from pg_catalog.jsonb_populate_record(null::{relation}, "  # noqa: S608  # as above
    [found] = session.rows(asked.replace("%", "%%") + "%(row)s::jsonb) r", {"row": json.dumps(row)})
    return dict(zip(row, found, strict=True))


def _relation(session: Session, name: str) -> str:
    found = session.rows(query("rls_relation"), {"name": name})
    if not found:
        raise TargetError(f"there is no {name}", sqlstate="42P01")
    return str(found[0][0])


def _mistake(line: int, message: str, error: TargetError) -> Mistake:
    return Mistake(line=line, message=message, sqlstate=sqlstate_of(error))


def _late(line: int) -> Mistake:
    return Mistake(line=line, message="the time for this file was over", sqlstate=_QUERY_CANCELED)
