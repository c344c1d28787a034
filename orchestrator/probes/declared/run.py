"""Run the tests that a project declares, one file after the other, so that nothing of them stays.

Wants a connection inside a transaction that may write, and that its owner undoes. What is left all the same:
sequences stay where tests moved them, and dead rows wait for vacuum.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from orchestrator.domain.declared import RLS_FILE, FileOutcome, Mistake, TestedFile, TestFile
from orchestrator.domain.errors import TargetError
from orchestrator.ports import Database
from orchestrator.probes.declared import pgtap, rls
from orchestrator.probes.declared.psql import included_by
from orchestrator.probes.declared.session import Limits, Session, sqlstate_of
from orchestrator.probes.declared.sql_file import SqlFile

_SUFFIXES: Final = (".sql", ".pg")


def run(
    database: Database,
    files: Sequence[TestFile],
    *,
    folder: str = "supabase/tests",
    limits: Limits | None = None,
) -> tuple[TestedFile, ...]:
    r"""Run all files of the folder in the order of their paths, and say what came of each.

    `files` are all of the folder's, those that others include among them: \i and \ir find nothing else.
    Raises Unavailable when the connection breaks; whatever a file does is told of that file.
    """
    limits = limits or Limits()
    session = Session(database, limits)
    until = time.monotonic() + limits.total_seconds
    with session.everything_undone():
        tested = [rls.run(session, file) for file in files if file.path == f"{folder}/{RLS_FILE}"]
        tested += _sql_files(session, files, folder=folder, until=until)
    return tuple(sorted(tested, key=lambda each: each.path))


def _sql_files(
    session: Session, files: Sequence[TestFile], *, folder: str, until: float
) -> Sequence[TestedFile]:
    known = {file.path: file for file in files if file.path.endswith(_SUFFIXES)}
    included = included_by(known.values(), folder=folder)
    own = [known[path] for path in sorted(known) if path not in included]
    tested = [TestedFile(path=path, outcome=FileOutcome.INCLUDED) for path in sorted(included)]
    if not own:
        return tested
    try:
        pgtap.provide(session)
    except TargetError as error:
        reason = Mistake(
            line=1, message=f"pgTAP cannot be made: {error.message}", sqlstate=sqlstate_of(error)
        )
        return [*tested, *(_not_run(file, reason) for file in own)]
    return [*tested, *_each(own, lambda: SqlFile(session, known, folder=folder), until=until)]


def _each(files: Sequence[TestFile], fresh: Callable[[], SqlFile], *, until: float) -> Sequence[TestedFile]:
    tested: list[TestedFile] = []
    for place, file in enumerate(files):
        if time.monotonic() >= until:
            late = Mistake(line=1, message="not run: the time for tests was over")
            return [*tested, *(_not_run(each, late) for each in files[place:])]
        runs = fresh()
        tested.append(runs.run(file))
        if runs.gave_up:
            why = Mistake(line=1, message=f"not run: {file.path} gave up for all files")
            return [*tested, *(_not_run(each, why) for each in files[place + 1 :])]
    return tested


def _not_run(file: TestFile, why: Mistake) -> TestedFile:
    return TestedFile(path=file.path, outcome=FileOutcome.NOT_RUN, mistakes=(why,))
