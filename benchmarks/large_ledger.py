"""A service that has run for years: what the size of its ledger costs a deployment, and whoever looks at it.

The peer is the same on a young ledger. The rows are those of deployments that succeeded long ago, on twenty
targets, of which ours is one.
"""

from collections.abc import Callable, Iterator
from statistics import median

from benchmarks.deploy_pending import deploy, files_of
from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from tests.support.service import Service

NAME = "large_ledger"
PEER = "the same on a young ledger"

#: of one deployment: itself, its push, six stages, its event, the notification and its delivery
_ROWS_EACH = 11
#: how often what takes under a millisecond is done
_OFTEN = 50

_FILL = """
insert into bascule.target (name, adopted)
select case n when 0 then 'staging' else 'target' || n end, now() - interval '2 years'
  from generate_series(0, 19) n
    on conflict do nothing;
with pushed as (
  insert into bascule.push (repository, forge, receipt, event, headers, body)
  select 'app', 'github', 'old-' || n, 'push', '{}', convert_to(repeat('x', 500), 'UTF8')
    from generate_series(1, %(deployments)s) n
  returning id
), deployed as (
  insert into bascule.deployment (target, repository, branch, commit, confirm_head, cause, actor, push,
    status, stage, created, started, updated, finished)
  select case id %% 20 when 0 then 'staging' else 'target' || id %% 20 end, 'app', 'staging',
         lpad(to_hex(id), 40, '0'), true, 'push', 'ada', id, 'succeeded', 'smoke', at, at, at, at
    from pushed, lateral (select now() - interval '1 year' + id * interval '1 s' as at) moment
  returning id, target, finished
), ran as (
  insert into bascule.stage_run (deployment, stage, outcome, attempt, started, findings)
  select id, stage, 'passed', 1, finished, '[]'
    from deployed, unnest(array['checkout', 'plan', 'validate', 'observe', 'apply', 'smoke']) stage
), ended as (
  insert into bascule.event (kind, at, target, deployment, final, actor)
  select 'succeeded', finished, target, id, true, 'bascule' from deployed
  returning id
), told as (
  insert into bascule.notification (event, channel, message, attempts, next_attempt, delivered)
  select id, 'slack', '{}', 1, null, now() from ended
  returning id
)
insert into bascule.delivery (notification, attempt) select id, 1 from told;
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Do the same on a young and on an old ledger, in turns."""
    young, old = sizes.ledger_rows
    _round(ground, young)  # the warm-up
    measured = [(_round(ground, old), _round(ground, young)) for _ in range(sizes.rounds)]
    for name in measured[0][0]:
        yield Figure(
            benchmark=NAME,
            name=f"{name} with {old:,} rows (peer: {young:,})" if name == "a deployment" else f"  {name}",
            milliseconds=median(ours[name] for ours, _ in measured),
            peer_milliseconds=median(theirs[name] for _, theirs in measured),
        )


def _round(ground: Ground, rows: int) -> dict[str, float]:
    with ground.target() as url, ground.service(target_url=url) as service:
        _fill(service, rows)
        whole = deploy(service, files_of(1))["whole"]
        reading, outbox = service.house.reading, service.house.outbox()
        try:
            return {
                "a deployment": whole,
                "what the relay looks for": _often(lambda: outbox.wake_stalled(quiet_seconds=1)),
                "which heads are known": _often(outbox.followed_heads),
                "the newest deployments": _often(lambda: reading.deployments(limit=5)),
                "one target's newest": _often(lambda: reading.deployments(target="staging", limit=5)),
                "how targets stand": _often(reading.targets),
            }
        finally:
            outbox.close()


def _fill(service: Service, rows: int) -> None:
    with service.house.control.connection() as connection:
        connection.execute("set statement_timeout = '10min'")
        connection.execute(_FILL.partition(";\n")[0])
        connection.execute(_FILL.partition(";\n")[2], {"deployments": max(1, rows // _ROWS_EACH)})
        connection.execute("analyze")
        connection.execute("reset statement_timeout")


def _often(work: Callable[[], object]) -> float:
    work()
    return median(took(work) for _ in range(_OFTEN))
