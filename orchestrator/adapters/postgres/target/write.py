"""Write to a target: each migration together with its history row."""

import time
from collections.abc import Callable, Sequence

from orchestrator.adapters.postgres import queries
from orchestrator.adapters.postgres.target import alone, atomic
from orchestrator.adapters.postgres.target.failure import Attempt, not_sendable
from orchestrator.adapters.postgres.target.pipeline import Step
from orchestrator.adapters.postgres.target.sendable import read_sendable
from orchestrator.adapters.postgres.target.transact import Job, Transactor
from orchestrator.domain.deployment import AppliedMigration
from orchestrator.domain.dropped import Guard
from orchestrator.domain.migration import Migration, checksum
from orchestrator.ports.target import Database
from orchestrator.validation.script import Script

_HISTORY = queries.load("sql/target/history.sql")


class Writer(Transactor):
    """A target under our lock: what is applied to it and what is taken back."""

    def apply(self, migration: Migration, sql: str) -> AppliedMigration:
        """Run a migration and write its history row, in one transaction; or alone, see alone.py."""
        began = time.monotonic()
        job, script = self._up(migration, sql)
        self._run(job, script, sql)
        return AppliedMigration(migration=migration, took_seconds=time.monotonic() - began)

    def apply_all(
        self, migrations: Sequence[tuple[Migration, str]], check: Callable[[Database], bool]
    ) -> tuple[AppliedMigration, ...]:
        """Run them all and write their history rows, in one transaction, if `check` agrees; see atomic.py."""
        jobs = [self._held_by_one(*self._up(each, sql)) for each, sql in migrations]
        took = atomic.carry_out(jobs, self, check)
        return tuple(
            AppliedMigration(migration=migration, took_seconds=seconds)
            for (migration, _), seconds in zip(migrations, took, strict=False)
        )

    def revert(self, migration: Migration, sql: str, guards: Sequence[Guard] = ()) -> None:
        """Run a rollback and remove the history row, in one transaction; or alone, see alone.py."""
        file = migration.rollback or migration.file
        attempt = Attempt(target=self._target, version=migration.version, file=file)
        script = read_sendable(attempt, sql)
        job = Job(
            attempt=attempt,
            statements=script.statements,
            history=Step(sql=_HISTORY["forget"], parameters=(migration.version,)),
            recorded_afterwards=False,
            # without a transaction no lock would last
            ahead=() if script.runs_alone else tuple(guards),
        )
        self._run(job, script, sql)

    def abandon(self) -> tuple[str, ...]:
        """Clear away what files that run alone left half done on their way up; return their versions."""
        return alone.abandon(self)

    def _up(self, migration: Migration, sql: str) -> tuple[Job, Script]:
        attempt = Attempt(target=self._target, version=migration.version, file=migration.file)
        script = read_sendable(attempt, sql)
        row = (migration.version, migration.name, array_literal(script.recorded))
        job = Job(
            attempt=attempt,
            statements=script.statements,
            history=Step(sql=_HISTORY["record"], parameters=row),
            recorded_afterwards=True,
        )
        return job, script

    def _held_by_one(self, job: Job, script: Script) -> Job:
        """Return a job that a transaction with others can hold. Raises TargetError."""
        if script.runs_alone and script.statements:
            raise not_sendable(
                job.attempt,
                script.statements[0],
                "runs-alone",
                "this file runs outside a transaction, and the target wants all files in one",
                "deploy it by itself, with atomic = false",
            )
        return job

    def _run(self, job: Job, script: Script, sql: str) -> None:
        if script.runs_alone:
            alone.carry_out(job, self, sha256=checksum(sql.encode()))
        else:
            self.carry_out(job)


def array_literal(texts: Sequence[str]) -> str:
    r"""Write a PostgreSQL text[]: {"a","b"} with \ and " escaped."""
    quoted = (text.replace("\\", r"\\").replace('"', r"\"") for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"
