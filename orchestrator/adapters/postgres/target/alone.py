"""Carry a file out outside a transaction, statement by statement, and know after a crash what became of it.

What PostgreSQL refuses in a transaction cannot be committed together with our record of it. So it is written
down on the target first, under the fence: the intent. Then the statement runs, then what it made is looked
at, then the history row is written and the intent taken out, in one transaction under the fence. Whoever
finds an intent ends the session that wrote it, if that is still there, and goes on: a valid index of the name
and on the table that the statement says, which was not there at the intent, is the statement's own work; an
invalid one is dropped, and the statement tried again. An index that was there at the intent is never touched.

A statement that a transaction can hold runs in one, together with the note that it is finished. Each
statement begins in a fresh session in which the settings before it are made again, so that a file means the
same whether it is carried out at once or goes on after a crash.

Not promised: the fence is looked at before such a statement and not while it runs. A worker that is paused
just in between and wakes up when another has taken over still runs this one statement, unless that other went
on with the same version; what is refused then is its record.
"""

import time
from dataclasses import replace
from typing import Any, Final

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target.failure import Attempt, not_sendable
from orchestrator.adapters.postgres.target.outside import Order, Outside
from orchestrator.adapters.postgres.target.pipeline import Step
from orchestrator.adapters.postgres.target.subject import UNKNOWN, Subject, is_setting, subject_of
from orchestrator.adapters.postgres.target.transact import Job, Transactor
from orchestrator.domain.crash_point import crash_point
from orchestrator.domain.errors import TargetError, Unavailable
from orchestrator.domain.migration import SqlFile
from orchestrator.validation.split import Statement, split_statements

_INTENT = queries.load("sql/target/intent.sql")
_ADOPTION = queries.load("sql/target/adoption.sql")
#: what tells that a statement was undone because it needs to be without a transaction
_NEEDS_NONE: Final = ("25001", "2D000")
#: how to learn whether a statement came to its end, and what the row says then
_FINISHED: Final = {
    "CREATE INDEX CONCURRENTLY": ("index_made", (True, True)),
    "DROP INDEX CONCURRENTLY": ("index_gone", (True,)),
    "DETACH PARTITION CONCURRENTLY": ("partition_gone", (True,)),
}


def carry_out(job: Job, transactor: Transactor, *, sha256: str) -> None:
    """Run the statements of a job one by one, then what it means for the history. May be called again.

    `sha256` is that of the file's text.
    """
    subjects = tuple(subject_of(job.attempt, statement) for statement in job.statements)
    _Alone(job, transactor, subjects, sha256=sha256).carry_out()


def abandon(transactor: Transactor) -> tuple[str, ...]:
    """Drop what statements left invalid and forget the intents, of every file that is not in the history."""
    if not transactor.ask(_INTENT["exists"])[0][0]:
        return ()
    versions = tuple(version for (version,) in transactor.ask(_INTENT["unfinished"]))
    for version in versions:
        file = SqlFile(path=f"version {version}", sha256="")
        attempt = Attempt(target=transactor.address.name, version=version, file=file)
        job = Job(attempt=attempt, statements=(), history=_forget(version), recorded_afterwards=None)
        _Alone(job, transactor, (), sha256="").clear()
    return versions


class _Alone:
    def __init__(
        self, job: Job, transactor: Transactor, subjects: tuple[Subject | None, ...], *, sha256: str
    ) -> None:
        self._job = job
        self._transactor = transactor
        self._subjects = subjects
        self._sha256 = sha256
        self._address = transactor.address
        self._version = job.attempt.version
        self._deadline = time.monotonic() + self._address.migration_timeout_seconds
        self._outside = Outside(transactor, job.attempt, deadline=self._deadline)

    def carry_out(self) -> None:
        finished = self._begin() if self._subjects else 0
        for number in range(finished, len(self._subjects)):
            try:
                self._one(number)
            except TargetError as error:
                _tell_what_stays(error, number)
                raise
        crash_point("alone: before the record")
        also = (_forget(self._version),) if self._subjects else ()
        self._transact(replace(self._job, statements=(), also=also))

    def clear(self) -> None:
        """Leave nothing behind but what is finished."""
        self._end_predecessor()
        self._drop_invalid()
        self._transact(self._job)

    def _begin(self) -> int:
        """Say how many statements are finished already."""
        if not self._ask("exists"):
            self._make_table()
        found = self._ask("read", version=self._version)
        if not found:
            return 0
        sha256, finished, began = found[0]
        self._end_predecessor()
        if sha256 != self._sha256:
            if finished:
                raise self._half_applied(finished)
            self._drop_invalid()
            return 0
        if began == UNKNOWN:
            raise self._unknown(finished)
        return int(finished) + self._is_finished(began)

    def _is_finished(self, began: str) -> bool:
        if began not in _FINISHED:
            return False
        query, row = _FINISHED[began]
        return self._ask(query, version=self._version) == [row]

    def _one(self, number: int) -> None:
        subject = self._subjects[number]
        if subject is None:
            try:
                self._in_transaction(number)
            except TargetError as error:
                if error.nouns.get("sqlstate") not in _NEEDS_NONE:
                    raise
                subject = Subject(statement=UNKNOWN)
        if subject is not None:
            self._repeatedly(number, subject)

    def _in_transaction(self, number: int) -> None:
        """Commit a statement together with the note that it is finished."""
        self._transact(
            replace(
                self._job,
                statements=(self._job.statements[number],),
                history=self._intent(number + 1, Subject(statement="")),
                recorded_afterwards=None,
                settings=self._settings_before(number),
                first=number,
            )
        )

    def _repeatedly(self, number: int, subject: Subject) -> None:
        """Run a statement outside a transaction, again while somebody else is in the way."""
        statement = self._job.statements[number]
        for turn in range(1, self._address.lock_tries + 1):
            self._drop_invalid()
            self._intend(number, subject)
            crash_point("alone: intent recorded")
            text = self._finish_detaching(subject) or statement.text
            order = Order(
                text=text,
                statement=statement,
                settings=self._settings_before(number),
                in_nobodys_way=subject.statement.endswith("CONCURRENTLY"),
                number=number,
            )
            collision = self._outside.send(order)
            if collision is None:
                break
            may_repeat = subject.statement != UNKNOWN
            self._outside.wait(collision, turn if may_repeat else self._address.lock_tries)
        crash_point("alone: statement done")
        self._look_at_index(statement, subject)

    def _look_at_index(self, statement: Statement, subject: Subject) -> None:
        """See that the index is there and valid: IF NOT EXISTS is content with less."""
        if subject.statement != "CREATE INDEX CONCURRENTLY":
            return
        made = self._ask("index_made", version=self._version)
        if not made:
            raise not_sendable(
                self._job.attempt,
                statement,
                "index-missing",
                f"the table has no index {subject.name}: something else bears this name already",
                "choose another name",
            )
        if not made[0][0]:
            raise not_sendable(
                self._job.attempt,
                statement,
                "index-invalid",
                f"the index {subject.name} was there before and is invalid: IF NOT EXISTS leaves it so",
                f"run by hand: drop index concurrently {subject.name}; then: bascule retry",
            )

    def _intend(self, number: int, subject: Subject) -> None:
        self._transact(
            replace(
                self._job,
                statements=(),
                history=self._intent(number, subject),
                recorded_afterwards=None,
                settings=self._settings_before(number),
            )
        )

    def _intent(self, finished: int, subject: Subject) -> Step:
        what = (subject.statement, subject.relation, subject.name)
        return Step(sql=_INTENT["begin"], parameters=(self._version, self._sha256, str(finished), *what))

    def _settings_before(self, number: int) -> tuple[str, ...]:
        return tuple(each.text for each in self._job.statements[:number] if is_setting(each))

    def _drop_invalid(self) -> None:
        """Drop the indexes that appeared after the intent and are invalid."""
        for (index,) in self._ask("left_invalid", version=self._version):
            statement = Statement(
                text=f"drop index concurrently if exists {index}", line=1, column=1, offset=0
            )
            self._check_fence()
            self._outside.insist(Order(text=statement.text, statement=statement, in_nobodys_way=True))

    def _check_fence(self) -> None:
        nothing = Step(sql="select")
        self._transact(replace(self._job, statements=(), history=nothing, recorded_afterwards=None))

    def _end_predecessor(self) -> None:
        """End the session that wrote the intent: its process may be gone and its statement still run."""
        ours = self._transactor.session().backend_pid
        ended = self._ask("end_predecessor", version=self._version, ours=ours)
        if any(not each for (each,) in ended):
            raise Unavailable(
                f"target {self._address.name}: a statement of a lost session still runs there",
                code="predecessor-still-writes",
                target=self._address.name,
            )

    def _finish_detaching(self, subject: Subject) -> str | None:
        if subject.statement != "DETACH PARTITION CONCURRENTLY":
            return None
        rows = self._ask("finish_detaching", version=self._version)
        return str(rows[0][0]) if rows else None

    def _make_table(self) -> None:
        """Make the table of intents on a target that was adopted before there was one."""
        first, *others = (Step(sql=each.text) for each in split_statements(_ADOPTION["create_intent"]))
        self._transact(
            replace(self._job, statements=(), history=first, also=tuple(others), recorded_afterwards=None)
        )

    def _transact(self, job: Job) -> None:
        self._transactor.carry_out(job, deadline=self._deadline)

    def _ask(self, query: str, **parameters: object) -> list[tuple[Any, ...]]:
        rows = self._transactor.ask(_INTENT[query], parameters or None)
        return [] if rows == [(False,)] and query == "exists" else rows

    def _half_applied(self, finished: int) -> TargetError:
        return not_sendable(
            self._job.attempt,
            self._job.statements[0],
            "half-applied",
            f"another text of this file was carried out up to its statement {finished} and not to its end",
            f"put right by hand what it did; {self._starting_anew()}",
        )

    def _unknown(self, finished: int) -> TargetError:
        return not_sendable(
            self._job.attempt,
            self._job.statements[finished],
            "statement-unknown",
            "the worker or the connection was lost while this statement ran, which commits by itself: how "
            "far it came is not known",
            f"see what it did and put that right by hand; {self._starting_anew()}",
        )

    def _starting_anew(self) -> str:
        return (
            f"take version {self._version} out of supabase_migrations.bascule_intent, and bascule retry: the "
            "file begins with its first statement then"
        )


def _forget(version: str) -> Step:
    return Step(sql=_INTENT["forget"], parameters=(version,))


def _tell_what_stays(error: TargetError, finished: int) -> None:
    """Take back that nothing was committed, where something was."""
    if finished:
        error.nouns["finished"] = finished
        error.remedy = (
            f"the first {finished} statements of the file are committed, for it runs outside a transaction; "
            "the rollback says what of them is left"
        )
