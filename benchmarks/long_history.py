"""One migration after very many: what a long history costs.

The branch holds all files, and the target's history says that all but the last were applied. The peer is the
same deployment with a short history.
"""

from collections.abc import Iterator
from statistics import median

import psycopg

from benchmarks.deploy_pending import deploy, files_of
from benchmarks.figure import Figure, Sizes
from benchmarks.ground import Ground

NAME = "long_history"
PEER = "the same deployment on a short history"

_ADOPTED = """insert into supabase_migrations.schema_migrations (version, name, statements)
select version, name, array[statement]
  from unnest(%s::text[], %s::text[], %s::text[]) as row (version, name, statement)
"""
_HISTORY = """create schema if not exists supabase_migrations;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key, statements text[], name text
);
"""


def measure(ground: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Deploy one migration on a short and on a long history, in turns."""
    short, long = sizes.history
    _round(ground, short)  # the warm-up
    measured = [(_round(ground, long), _round(ground, short)) for _ in range(sizes.rounds)]
    for name in measured[0][0]:
        yield Figure(
            benchmark=NAME,
            name=f"{name} after {long} (peer: {short})" if name == "plan and apply" else f"  {name}",
            milliseconds=median(ours[name] for ours, _ in measured),
            peer_milliseconds=median(theirs[name] for _, theirs in measured),
        )


def _round(ground: Ground, count: int) -> dict[str, float]:
    files = files_of(count + 1)  # the last of so many makes a table, which leans on nothing
    with ground.target() as url, ground.service(target_url=url) as service:
        with psycopg.connect(url) as connection:
            connection.execute(_HISTORY)
            connection.execute(_ADOPTED, [list(column) for column in zip(*files[:-1], strict=True)])
        took = deploy(service, files, before=count)
    return {"plan and apply": took["stage plan"] + took["stage apply"], **took}
