# ruff: noqa: S608 - what is put into the statements is quoted by literal() and name()
"""Rows that declare something: buckets, queues, scheduled jobs."""

import json
from typing import Final

from orchestrator.catalog.draft.identity import literal, name, quoted
from orchestrator.catalog.draft.moment import Parts
from orchestrator.catalog.draft.world import Cannot, Kind, Way, World, differs

#: without it, storage refuses to delete from its tables: the files would stay. A bucket that still has
#: files is not deleted with it either.
_MAY_DELETE: Final = "storage.allow_delete_query"


def _value(text: str) -> str:
    """Write a column's value, of the text that JSON made of it."""
    if text.startswith("["):
        listed = json.loads(text)
        return f"array[{', '.join(literal(str(item)) for item in listed)}]::text[]"
    return literal(text)


def _create_bucket(bucket: str, world: World) -> Way:
    parts = {"id": bucket, **world.old["bucket", bucket]}
    values = ", ".join([literal(bucket), *(_value(text) for text in list(parts.values())[1:])])
    return (f"insert into storage.buckets ({', '.join(name(key) for key in parts)}) values ({values})",)


def _drop_bucket(bucket: str, _world: World) -> Way:
    body = (
        f"begin\n  perform set_config('{_MAY_DELETE}', 'true', true);\n"
        f"  delete from storage.buckets where id = {literal(bucket)};\n"
        f"  perform set_config('{_MAY_DELETE}', 'false', true);\nend"
    )
    return (f"do {quoted(body)}",)


def _alter_bucket(bucket: str, world: World) -> Way:
    old, new = world.old["bucket", bucket], world.new["bucket", bucket]
    changed = [key for key in {**old, **new} if differs(old, new, key)]
    values = ", ".join(f"{name(key)} = {_value(old[key]) if key in old else 'null'}" for key in changed)
    return (f"update storage.buckets set {values} where id = {literal(bucket)}",)


def _create_queue(queue: str, world: World) -> Way:
    parts = world.old["queue", queue]
    if parts.get("is_partitioned") == "true":
        return Cannot.AT_ALL  # by which interval is not known
    function = "create_unlogged" if parts.get("is_unlogged") == "true" else "create"
    return (f"select pgmq.{function}({literal(queue)})",)


def _drop_queue(queue: str, _world: World) -> Way:
    return (f"select pgmq.drop_queue({literal(queue)})",)


def _alter_queue(_queue: str, _world: World) -> Way:
    return Cannot.IN_PLACE


def _create_job(_job: str, _world: World) -> Way:
    return Cannot.AT_ALL  # the facts have its command only as a digest


def _which(job: str, parts: Parts) -> str:
    """Write a condition for one job."""
    if not job.startswith("unnamed/"):
        return f"jobname = {literal(job)}"
    digest = parts["command"].removeprefix("sha256:")
    return f"jobname is null and encode(sha256(convert_to(command, 'UTF8')), 'hex') = '{digest}'"


def _drop_job(job: str, world: World) -> Way:
    return (f"select cron.unschedule(jobid) from cron.job where {_which(job, world.new['cron job', job])}",)


def _alter_job(job: str, world: World) -> Way:
    old, new = world.old["cron job", job], world.new["cron job", job]
    if differs(old, new, "command", "database", "as"):
        return Cannot.AT_ALL
    changes = f"schedule := {old['schedule']}, active := {old['active']}"
    return (f"select cron.alter_job(jobid, {changes}) from cron.job where {_which(job, new)}",)


BUCKET: Final = Kind(create=_create_bucket, drop=_drop_bucket, alter=_alter_bucket, created=850, dropped=850)
QUEUE: Final = Kind(create=_create_queue, drop=_drop_queue, alter=_alter_queue, created=230, dropped=4)
JOB: Final = Kind(create=_create_job, drop=_drop_job, alter=_alter_job, created=860, dropped=2)
