"""A copy that many rehearsals are played on, and beside it a clone on which the same is done without one."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import psycopg

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.read import OpenDatabase
from orchestrator.catalog import facts, survey
from orchestrator.domain.facts import Change, Facts, difference
from orchestrator.domain.migration import Migration
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import RollbackProof, ScratchCopy
from orchestrator.domain.shape import Shape
from orchestrator.embedded import databases
from orchestrator.embedded.postgres import SUPERUSER, Postgres
from orchestrator.stages.rehearse import Played, play
from orchestrator.validation.script import read_script
from tests.support.pairs import SCHEMA, Pair, migration
from tests.support.schema_dump import schema_dump, without_order
from tests.support.scratch import TestServer

_JUDGED: Final = "judged_apart"
#: what that is made from, so that nobody is in the way of a play
_PATTERN: Final = "judged_pattern"
_EXTENSIONS: Final = """
create schema cron; create extension pg_cron; create schema pgmq; create extension pgmq schema pgmq;
grant select on pgmq.meta to postgres;
select cron.schedule('hourly', '0 * * * *', 'select 1'), cron.schedule('weekly', '0 0 * * 0', 'select 1');
select pgmq.create('mails');
"""
#: rows that are facts, and that pg_dump leaves out of a schema
_DECLARED: Final = """
select jobname || schedule || command from cron.job
union all select (to_jsonb(buckets) - 'created_at' - 'updated_at')::text from storage.buckets
union all select queue_name from pgmq.meta order by 1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What a way up and a way back did when they were simply carried out."""

    #: what the facts say is not as before
    residue: tuple[Change, ...]
    #: whether pg_dump's text is another one
    differs: bool
    #: why it did not run to its end
    error: psycopg.Error | None = None


@dataclass
class Stand:
    """The copy, and what it is like."""

    postgres: Postgres
    scratch: PostgresScratch
    copy: ScratchCopy
    shape: Shape
    facts: Facts
    #: of a clone that nothing was done on
    _facts: Facts = field(init=False)
    _dump: str = field(init=False)
    _fresh: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Look at a clone."""
        self._clone(_PATTERN, self.copy.database)
        with psycopg.connect(self.postgres.url(_PATTERN, SUPERUSER)) as connection:
            connection.execute("update cron.job set database = %s", [_JUDGED])
        self.renew()
        self._facts, self._dump = _facts(self._superuser), _dumped(self._superuser)

    def play(self, *migrations: tuple[Migration, dict[str, bytes]], superuser: bool = False) -> Played:
        """Rehearse these, in this order."""
        contents = {sha256: text for _, texts in migrations for sha256, text in texts.items()}
        return play(
            Plan(pending=tuple(each for each, _ in migrations)),
            contents=contents,
            scratch=self.scratch,
            copy=replace(self.copy, role=SUPERUSER) if superuser else self.copy,
            exposed_schemas=[],
            shape=self.shape,
        )

    def chain(self, *pairs: tuple[str, str | bytes | None]) -> Played:
        """Rehearse ways up with their ways back, in this order."""
        return self.play(*(migration(f"2026060{n}000000", *pair) for n, pair in enumerate(pairs, start=1)))

    def prove(self, pair: Pair) -> RollbackProof:
        """Rehearse one pair, and return what is said of its way back."""
        played = self.play(migration("20260601000000", pair.up, pair.down), superuser=pair.superuser)
        assert played.rehearsal.failed is None, (pair.name, played.rehearsal.failed)
        (proof,) = played.rehearsal.rollbacks
        return proof

    def carry_out(self, pair: Pair) -> Done:
        """Go up and back on a clone of the copy, each committed, and look at what that left."""
        if not self._fresh:
            self.renew()
        self._fresh = False
        role = SUPERUSER if pair.superuser else databases.MIGRATOR
        with psycopg.connect(self.postgres.url(_JUDGED, role), autocommit=True) as connection:
            try:
                for text in (pair.up, pair.down):
                    for statement in _sendings(text):
                        connection.execute(statement.encode(), prepare=False)
            except psycopg.Error as error:
                return Done(residue=(), differs=True, error=error)
        done = self._compared()
        self._fresh = not done.differs and not done.residue
        return done

    def renew(self) -> None:
        """Put a fresh clone in place."""
        self._clone(_JUDGED, _PATTERN)
        self._fresh = True

    def now(self) -> Facts:
        """Read what the copy is like."""
        return _facts(self.postgres.url(self.copy.database, SUPERUSER))

    def _compared(self) -> Done:
        with ThreadPoolExecutor(max_workers=1) as beside:
            dumped = beside.submit(_dumped, self._superuser)
            residue = difference(self._facts.all, _facts(self._superuser).all)
            return Done(residue=residue, differs=dumped.result() != self._dump)

    def _clone(self, name: str, template: str) -> None:
        databases.drop_database(self.postgres, name)
        with databases.maintenance(self.postgres) as connection:
            connection.execute(
                f"create database {name} owner postgres template {template} strategy file_copy".encode()
            )

    @property
    def _superuser(self) -> str:
        return self.postgres.url(_JUDGED, SUPERUSER)


@contextmanager
def stand(postgres: Postgres) -> Iterator[Stand]:
    """Make the copy; drop it in the end."""
    server = TestServer(postgres)
    scratch = PostgresScratch(lambda _: server, [], Copies)
    base, _ = migration("20260101000000", SCHEMA, None)
    copy = scratch.build([(base, SCHEMA)])
    try:
        url = postgres.url(copy.database, SUPERUSER)
        with psycopg.connect(url) as connection:
            connection.execute(_EXTENSIONS)
            seen = survey.read(OpenDatabase(connection, "copy"), target="copy")
        yield Stand(postgres, scratch, copy, seen.shape, _facts(url))
    finally:
        for name in (copy.database, _PATTERN, _JUDGED):
            databases.drop_database(postgres, name)


def _facts(url: str) -> Facts:
    with psycopg.connect(url) as connection:
        return facts.read(OpenDatabase(connection, "copy"))


def _dumped(url: str) -> str:
    with psycopg.connect(url) as connection:
        rows = connection.execute(_DECLARED).fetchall()
    return without_order(schema_dump(url)) + "\n".join(row[0] for row in rows)


def _sendings(text: str) -> Sequence[str]:
    """Send a file at once, so that it is one transaction; statement by statement where none holds it."""
    script = read_script(text)
    return [each.text for each in script.statements] if script.runs_alone else [text]
