"""A target that is many migrations behind: the stage that applies them, and the whole deployment.

The files are a mix of what a project holds: tables with row security, columns, indexes, functions, rows. The
peer is a bare psycopg loop over the same files into a second database of the same server.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Final

import psycopg

from benchmarks.bare_loop import File, apply_all, create_history
from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from orchestrator.actions import asking
from orchestrator.actions.here import carry_out
from orchestrator.domain.deployment import Stage, Status
from tests.support.delay_proxy import delay_proxy
from tests.support.service import Service

NAME = "deploy_pending"
PEER = "psycopg loop: BEGIN, the file, INSERT into the history, COMMIT"

_TABLE = """-- Orders, part {n}
create table public.order_{n} (
  id bigint generated always as identity primary key,
  owner uuid not null,
  note text not null default ''
);
alter table public.order_{n} enable row level security;
create policy own on public.order_{n} for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.order_{n} to authenticated, service_role;
"""
_COLUMN = """alter table public.order_{n} add column placed timestamptz not null default now();
comment on column public.order_{n}.placed is 'when the customer said yes';
"""
_INDEX = "create index order_{n}_owner on public.order_{n} (owner);\n"
_FUNCTION = """create or replace function public.count_{n}() returns bigint
language sql stable security invoker set search_path = '' as $$
  select count(*) from public.order_{n};
$$;
"""
_ROWS = """insert into public.order_{n} (owner, note)
select gen_random_uuid(), 'order ' || i from generate_series(1, 20) i;
alter table public.order_{n} add constraint short check (length(note) < 100);
"""
_MIX: Final = (_TABLE, _COLUMN, _INDEX, _FUNCTION, _ROWS)


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Deploy few and many pending migrations, then few to a target that is far away."""
    _round(ground, files_of(len(_MIX)))  # the warm-up
    for count in sizes.pending:
        yield from _figures(ground, count, sizes.rounds, 0)
    yield from _figures(ground, sizes.pending[0], 1, sizes.round_trip_milliseconds)


def files_of(count: int) -> list[File]:
    """Write so many migrations."""
    return [
        (f"20260101{n:06}", f"part_{n}", _MIX[n % len(_MIX)].format(n=n // len(_MIX))) for n in range(count)
    ]


def _figures(ground: Ground, count: int, rounds: int, away: float) -> Iterator[Figure]:
    files = files_of(count)
    # in turns who comes first: the second finds the server's caches warmer
    measured = [_round(ground, files, away, peer_first=bool(number % 2)) for number in range(rounds)]
    peer = median(each.pop("peer") for each in measured)
    what = f"{count} pending" + (f", {away:.0f} ms away" if away else "")
    for name in measured[0]:
        ours = median(each[name] for each in measured)
        compared = name in ("stage apply", "whole")
        yield Figure(
            benchmark=NAME,
            name=f"{what}, {name}" if compared else f"  {name}",
            milliseconds=ours,
            peer_milliseconds=peer if compared else None,
        )


def _round(
    ground: Ground, files: Sequence[File], away: float = 0, *, peer_first: bool = False
) -> dict[str, float]:
    """Deploy the files to a fresh target, and loop over them on another."""
    with ground.target() as target_url, ground.target() as peer_url:
        create_history(peer_url)
        with _distance(target_url, away) as ours_url, _distance(peer_url, away) as theirs_url:
            measured = {"peer": took(lambda: _loop(theirs_url, files))} if peer_first else {}
            with ground.service(target_url=ours_url) as service:
                measured |= deploy(service, files)
            return measured if peer_first else {**measured, "peer": took(lambda: _loop(theirs_url, files))}


def _loop(url: str, files: Sequence[File]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        apply_all(connection, files)


def deploy(service: Service, files: Sequence[File], *, before: int = 0) -> dict[str, float]:
    """Return how long each stage and all of it took, in milliseconds; `before` were applied long ago."""
    for number, (version, name, sql) in enumerate(files):
        service.work.write(f"supabase/migrations/{version}_{name}.sql", sql)
        if number >= before:
            service.work.write(f"supabase/rollbacks/{version}_{name}.sql", "select 1;\n")
    service.work.commit("All of them")
    service.work.push("origin", "staging")
    service.command("adopt", "staging")
    whole = took(lambda: _carry_out(service))
    newest = service.newest()
    assert newest is not None
    assert newest.status is Status.SUCCEEDED, newest
    runs = service.runs(newest.id)
    stages = {
        f"stage {stage}": (run.finished - run.started).total_seconds() * 1000 for stage, run in runs.items()
    }
    applied = stages.pop(f"stage {Stage.APPLY}")
    return {"stage apply": applied, "whole": whole, **stages}


def _carry_out(service: Service) -> None:
    house = service.house
    policy = house.policies["staging"]
    made = asking.deploy(policy, None, git=house.git, care=house.care, actor="benchmark")
    carry_out(made, tools=house.tools, reading=house.reading, timeout_seconds=600)


@contextmanager
def _distance(url: str, milliseconds: float) -> Iterator[str]:
    """Put a database so far away, there and back."""
    if not milliseconds:
        yield url
        return
    with delay_proxy(url, delay_seconds=milliseconds / 2000) as proxy:
        yield proxy.url(url)
