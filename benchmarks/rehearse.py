"""A rehearsal on the kept copy of a target with many tables: of one migration, and of many at once.

What is measured is what has to be there before it, too: the target's facts, its survey, the copy. The peer
carries the same files out on a fresh copy of the same database, up, down, and up again, in one transaction
that is undone, without looking at anything.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from statistics import median
from typing import Final

import psycopg

from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.adapters.postgres.target.address import TargetAddress
from orchestrator.adapters.postgres.target.targets import PostgresTargets
from orchestrator.catalog import facts, survey
from orchestrator.domain.migration import Migration, SqlFile, checksum
from orchestrator.domain.plan import Plan
from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.embedded import databases
from orchestrator.stages import rehearse
from orchestrator.wiring import release_scratch, scratch_on
from tests.support.folders import a_folder

NAME = "rehearse"
PEER = "CREATE DATABASE … TEMPLATE, then the files up, down, up, and undone"

_TARGET: Final = "staging"
_COPY: Final = "peer_copy"
_ROLE: Final = "postgres"

_TABLE: Final = """create table public.there_{n} (
  id bigint generated always as identity primary key, owner uuid not null references auth.users (id),
  name text not null default '', amount numeric(12,2) check (amount > 0), created timestamptz default now(),
  state text, note text, meta jsonb default '{{}}'
);
create index on public.there_{n} (owner);
create index on public.there_{n} (created);
alter table public.there_{n} enable row level security;
create policy own on public.there_{n} for all to authenticated
  using ((select auth.uid()) = owner) with check ((select auth.uid()) = owner);
create policy seen on public.there_{n} for select to anon using (state = 'public');
comment on table public.there_{n} is 'Number {n}';
create function public.touch_{n}() returns trigger language plpgsql as $$
begin new.created = now(); return new; end$$;
create trigger touch before update on public.there_{n} for each row execute function public.touch_{n}();
"""
_UP: Final = """create table public.new_{n} (
  id bigint generated always as identity primary key,
  owner uuid not null references auth.users (id) on delete cascade, note text
);
create index new_{n}_owner on public.new_{n} (owner);
alter table public.new_{n} enable row level security;
create policy own on public.new_{n} for all to authenticated
  using ((select auth.uid()) = owner) with check ((select auth.uid()) = owner);
grant select, insert, update, delete on public.new_{n} to authenticated;
alter table public.there_{old} add column extra_{n} text;
comment on table public.new_{n} is 'New, number {n}';
"""
_DOWN: Final = "alter table public.there_{old} drop column extra_{n};\ndrop table public.new_{n};\n"


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Rehearse one and many, with written ways back; then many for which they are drafted."""
    with ground.target() as url:
        with psycopg.connect(url) as connection:
            for number in range(sizes.tables):
                connection.execute(_TABLE.format(n=number).encode())
        address = TargetAddress(name=_TARGET, url=url)
        with _scratch(address) as scratch:
            _rehearse(address, scratch, *_plan(1, sizes.tables))  # makes the copy
            for count in sizes.rehearsed:
                yield _figure(ground, address, scratch, count, sizes, written=True)
            yield _figure(ground, address, scratch, sizes.rehearsed[-1], sizes, written=False)


@contextmanager
def _scratch(address: TargetAddress) -> Iterator[PostgresScratch]:
    """Start a throw-away server of our own; its user has to be able to reach its folder."""
    with a_folder("benchmarks") as folder:
        try:
            yield scratch_on(folder, [address])
        finally:
            release_scratch()


def _figure(
    ground: Ground,
    address: TargetAddress,
    scratch: PostgresScratch,
    count: int,
    sizes: Sizes,
    *,
    written: bool,
) -> Figure:
    """Measure in turns."""
    plan, contents = _plan(count, sizes.tables, written=written)
    texts = _texts(count, sizes.tables)
    ours, theirs = [], []
    for _ in range(sizes.rounds):
        theirs.append(took(lambda: _loop(ground, address.url, texts)))
        ours.append(took(lambda: _rehearse(address, scratch, plan, contents)))
    return Figure(
        benchmark=NAME,
        name=f"{count} pending" + ("" if written else ", ways back drafted"),
        milliseconds=median(ours),
        peer_milliseconds=median(theirs),
    )


def _rehearse(
    address: TargetAddress, scratch: PostgresScratch, plan: Plan, contents: Mapping[str, bytes]
) -> None:
    with PostgresTargets([address]).reading(_TARGET) as reader, reader.asking() as database:
        found, seen = facts.read(database), survey.read(database, target=_TARGET)
    played = rehearse.play(
        plan,
        contents=contents,
        scratch=scratch,
        copy=scratch.copy_of(_TARGET, found),
        exposed_schemas=("public",),
        target=_TARGET,
        shape=seen.shape,
    )
    said = {proof.verdict for proof in played.rehearsal.rollbacks}
    assert said == {RollbackVerdict.PROVEN}, played.rehearsal.rollbacks
    assert played.rehearsal.in_one_transaction


def _loop(ground: Ground, url: str, texts: list[tuple[str, str]]) -> None:
    server = ground.servers.postgres
    up, down = [each for each, _ in texts], [each for _, each in reversed(texts)]
    _, _, template = url.partition("?")[0].rpartition("/")
    with databases.maintenance(server) as connection:
        connection.execute(f"create database {_COPY} owner {_ROLE} template {template}".encode())
    try:
        with psycopg.connect(server.url(_COPY, databases.MIGRATOR)) as connection:
            for text in (*up, *down, *up):
                connection.execute(text.encode())
            connection.rollback()
    finally:
        databases.drop_database(server, _COPY)


def _texts(count: int, tables: int) -> list[tuple[str, str]]:
    return [
        (_UP.format(n=number, old=number % tables), _DOWN.format(n=number, old=number % tables))
        for number in range(count)
    ]


def _plan(count: int, tables: int, *, written: bool = True) -> tuple[Plan, Mapping[str, bytes]]:
    pending: list[Migration] = []
    contents: dict[str, bytes] = {}
    for number, (up, down) in enumerate(_texts(count, tables)):
        version = f"2026010100{number:04}"
        file, rollback = (
            SqlFile(path=f"supabase/{folder}/{version}_new.sql", sha256=checksum(text.encode()))
            for folder, text in (("migrations", up), ("rollbacks", down))
        )
        contents |= {file.sha256: up.encode(), rollback.sha256: down.encode()}
        pending.append(
            Migration(version=version, name="new", file=file, rollback=rollback if written else None)
        )
    return Plan(pending=tuple(pending)), contents
