"""From the webhook to `succeeded`, in the running service, beside the same file by a bare psycopg session.

Each push carries one migration: a table with row security, a policy and a rollback. The time ends where the
ledger says that the deployment finished; both clocks are this machine's.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import psycopg

from benchmarks.bare_loop import apply_all, create_history
from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from orchestrator.domain.deployment import Stage, Status
from tests.support.service import Service

NAME = "push_to_succeeded"
PEER = "connect, BEGIN, the file, INSERT into the history, COMMIT"

#: a migration that nothing is wrong with
FILE = """create table public.{name} (
  id bigint generated always as identity primary key,
  owner uuid not null
);
alter table public.{name} enable row level security;
create policy own on public.{name} for all to authenticated using ((select auth.uid()) = owner);
grant select, insert, update, delete on public.{name} to authenticated, service_role;
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Push:
    """One push, in milliseconds."""

    whole: float
    peer: float
    #: until the first worker took it up
    until_begun: float
    stages: Mapping[Stage, float]

    @property
    def between(self) -> float:
        """What was spent from the end of a stage to the beginning of the next, or of the deployment."""
        return self.whole - self.until_begun - sum(self.stages.values())


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Push one migration after the other and wait for each."""
    with (
        ground.target() as target_url,
        ground.target() as peer_url,
        ground.service(target_url=target_url) as service,
    ):
        create_history(peer_url)
        service.work.commit("Begin")
        service.work.push("origin", "staging")
        service.command("adopt", "staging")
        service.start()
        _push(service, 0, peer_url)  # the warm-up
        pushes = [_push(service, number, peer_url) for number in range(1, sizes.pushes + 1)]
    yield from _figures(pushes)


def _figures(pushes: Sequence[_Push]) -> Iterator[Figure]:
    yield Figure(
        benchmark=NAME,
        name="p50",
        milliseconds=median(push.whole for push in pushes),
        peer_milliseconds=median(push.peer for push in pushes),
    )
    yield Figure(benchmark=NAME, name="slowest", milliseconds=max(push.whole for push in pushes))
    yield _part("until a worker begins", [push.until_begun for push in pushes])
    for stage in pushes[0].stages:
        yield _part(f"stage {stage}", [push.stages[stage] for push in pushes])
    yield _part("between stages", [push.between for push in pushes])


def _part(name: str, values: Sequence[float]) -> Figure:
    return Figure(benchmark=NAME, name=f"  {name}", milliseconds=median(values))


def _push(service: Service, number: int, peer_url: str) -> _Push:
    version, name = f"202601010{number:05}", f"table_{number}"
    sql = FILE.format(name=name)
    service.work.write(f"supabase/migrations/{version}_{name}.sql", sql)
    service.work.write(f"supabase/rollbacks/{version}_{name}.sql", f"drop table public.{name};\n")
    service.work.commit(f"Add {name}")
    service.work.push("origin", "staging")
    began = time.time()
    answer = service.deliver(service.work.head)
    assert answer.status_code == 202, answer.text
    ended = service.ended(service.work.head)
    assert ended.status is Status.SUCCEEDED, (ended, service.log("worker"))
    assert ended.started is not None
    assert ended.finished is not None
    runs = service.runs(ended.id)
    return _Push(
        whole=(ended.finished.timestamp() - began) * 1000,
        peer=took(lambda: _bare(peer_url, version, name, sql)),
        until_begun=(ended.started.timestamp() - began) * 1000,
        stages={run.stage: (run.finished - run.started).total_seconds() * 1000 for run in runs.values()},
    )


def _bare(url: str, version: str, name: str, sql: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        apply_all(connection, [(version, name, sql)])
