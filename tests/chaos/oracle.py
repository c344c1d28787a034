"""What has to hold when all is over. Each check returns what it found wrong, in words."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

from tests.chaos.authors import Author
from tests.chaos.town import Town
from tests.support.leaks import leaks_of

_ENDED = """
select d.id, d.target, d.status, d.finished is not null as finished, count(e.id) as finals
  from bascule.deployment d left join bascule.event e on e.deployment = d.id and e.final
 group by d.id order by d.id
"""
_CLOSED = """
select t.name, d.id, d.failure from bascule.target t join bascule.deployment d on d.id = t.closed_by
"""
_NOTIFICATIONS = """
select n.id, n.attempts, n.delivered is not null as delivered, n.given_up is not null as given_up,
       count(t.id) as tried, count(t.id) filter (where t.problem is null) as arrived
  from bascule.notification n left join bascule.delivery t on t.notification = n.id
 group by n.id order by n.id
"""
_REASONS = """
select concat_ws(' ', status, stage, coalesce(failure ->> 'code', '-'),
                 case when status = 'failed' then '(' || (failure ->> 'message') || ')' end) as reason,
       count(*) as count
  from bascule.deployment where status not in ('succeeded', 'superseded') group by 1
"""
_UNTOLD = """
select e.id from bascule.event e left join bascule.notification n on n.event = e.id
 where e.final and e.kind = any(%(told)s) and n.id is null
   and (e.kind <> 'succeeded' or exists (
     select from bascule.stage_run r where r.deployment = e.deployment and r.stage = 'apply'
   ))
"""
#: the outcomes that the channel's settings name; that nothing was to be done is told nobody
TOLD = ["refused", "failed", "rolled_back", "stuck", "succeeded"]


def violations(town: Town) -> list[str]:
    """Return everything that is wrong. All faults are put right, and the crew has ended."""
    return [
        *_deployments(town),
        *(wrong for author in town.authors.values() for wrong in _target(town, author)),
        *_receipts(town),
        *_notifications(town),
        *_left_behind(town),
        *leaks_of(town.service),
    ]


def _deployments(town: Town) -> Iterator[str]:
    """Every deployment has ended, with one final event; no target is closed."""
    for row in town.ask(_ENDED):
        if not row["finished"]:
            yield f"deployment {row['id']} of {row['target']} never ended: {row['status']}"
        elif row["finals"] != 1:
            yield f"deployment {row['id']} of {row['target']} has {row['finals']} final events"
    for row in town.ask(_CLOSED):
        yield f"target {row['name']} is closed by deployment {row['id']}: {row['failure']}"
    for row in town.ask("select id, deployment from bascule.wake_up"):
        yield f"wake-up {row['id']} of deployment {row['deployment']} was never published"


def _target(town: Town, author: Author) -> Iterator[str]:
    """History, schema, effects and ledger say the same, and it is what the branch's head declares."""
    place = author.place
    history = set(place.versions())
    recorded = {
        row["version"]
        for row in town.ask(
            "select version from bascule.applied where target = %(target)s and reverted is null",
            target=place.name,
        )
    }
    there = {
        row[0][1:]
        for row in place.rows(
            r"select relname from pg_class where relnamespace = 'public'::regnamespace"
            r" and relname ~ '^[ti]\d{14}$' and (relkind = 'r' or relkind = 'i')"
        )
    }
    invalid = place.rows("select indexrelid::regclass::text from pg_index where not indisvalid")
    declared = {file.name.partition("_")[0] for file in _files(author)}
    for what, found in (("ledger", recorded), ("schema", there), ("branch", declared)):
        if found != history:
            yield f"{place.name}: history and {what} differ in {sorted(found ^ history)}"
    yield from (f"{place.name}: {index} is not valid" for (index,) in invalid)
    yield from _effects(author, history)
    newest = town.ask(
        "select commit, status from bascule.deployment where target = %(target)s order by id desc limit 1",
        target=place.name,
    )
    head = town.heads[place.name]
    if not newest or (newest[0]["commit"], newest[0]["status"]) != (head, "succeeded"):
        yield f"{place.name}: the head is {head[:7]}, and the newest deployment {newest}"


def _effects(author: Author, history: set[str]) -> Iterator[str]:
    """Each version went up, down, up …, and ended where the history says."""
    steps: dict[str, list[str]] = {}
    for version, direction in author.place.rows("select version, direction from public.effects order by id"):
        steps.setdefault(version, []).append(direction)
    for version in author.versions:
        if version in author.indexes:
            continue
        walked = steps.get(version, [])
        if any(one == other for one, other in pairwise(["down", *walked])):
            yield f"{author.place.name}: {version} went {' '.join(walked)}"
        if (walked[-1:] == ["up"]) != (version in history):
            yield f"{author.place.name}: {version} went {' '.join(walked)}, its history row says otherwise"


def _files(author: Author) -> list[Path]:
    return list((author.place.work.work / "supabase/migrations").glob("*.sql"))


def _receipts(town: Town) -> Iterator[str]:
    """Whatever was acknowledged has its row."""
    stored = {row["receipt"] for row in town.ask("select receipt from bascule.push")}
    for receipt in sorted(set(town.acknowledged) - stored):
        yield f"receipt {receipt} was answered with 202 and is not stored"


def _notifications(town: Town) -> Iterator[str]:
    """Each was delivered at least once, and at most once for each attempt."""
    came = Counter(received.headers.get("webhook-id", "") for received in town.hooks.received)
    for row in town.ask(_NOTIFICATIONS):
        arrived = came[f"msg_{row['id']}"]
        if not row["delivered"] and not row["given_up"]:
            yield f"notification {row['id']} is neither delivered nor given up"
        elif row["delivered"] and arrived == 0:
            yield f"notification {row['id']} never arrived"
        if arrived > row["attempts"]:
            yield f"notification {row['id']} arrived {arrived} times in {row['attempts']} attempts"
        if row["arrived"] > 1:
            yield f"notification {row['id']} is recorded as delivered {row['arrived']} times"
    yield from (f"event {row['id']} was told nobody" for row in town.ask(_UNTOLD, told=TOLD))


def _left_behind(town: Town) -> Iterator[str]:
    """Nothing of ours is left: no session, no lock, no scratch database, no process, no temporary file."""
    place = next(iter(town.authors.values())).place
    sessions = "select datname, application_name from pg_stat_activity where application_name like 'bascule%'"
    for name, application in place.rows(sessions):
        yield f"a session of {application} is left on {name}"
    for row in town.ask("select count(*) as locks from pg_locks where locktype = 'advisory'"):
        if row["locks"]:
            yield f"{row['locks']} advisory locks are left on the ledger"
    for file in (town.folder / "state").rglob("*"):
        if file.name.endswith((".lock", ".tmp")) and "repositories" in file.parts and "refs" in file.parts:
            yield f"{file} is left"
    for pid, line in _processes(str(town.service.settings)):
        yield f"process {pid} is left: {line}"


def _processes(told: str) -> Iterator[tuple[str, str]]:
    """Return who was started with these settings."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"BASCULE_SETTINGS={told}".encode() in (folder / "environ").read_bytes():
                yield folder.name, (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue


def totals(town: Town) -> Mapping[str, int]:
    """Return how many deployments ended in which way."""
    found = town.ask("select status, count(*) as count from bascule.deployment group by status")
    return {row["status"]: row["count"] for row in found}


def reasons(town: Town) -> Mapping[str, int]:
    """Return why deployments did not succeed, by status, stage and code, and how many each."""
    found = town.ask(_REASONS)
    return {row["reason"]: row["count"] for row in found}
