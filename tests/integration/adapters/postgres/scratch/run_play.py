"""A process of its own that plays apart, for tests that kill it in the middle or wait beside it.

    python run_play.py STATE MAJOR

It finds the server of that state directory, plays what changes roles, and says `playing`. It stays in the
play until its stdin ends, and says `done` then.
"""

import sys
from pathlib import Path

from orchestrator.adapters.postgres.scratch.copies import Copies
from orchestrator.adapters.postgres.scratch.scratch import PostgresScratch
from orchestrator.embedded import scratch
from tests.support.told_plays import migration

UP = """
alter database postgres set work_mem = '9MB';
alter role postgres set search_path = 'a b', c;
create table public.more (id int);
"""
#: since PostgreSQL 16 they may be made on a scratch server
ROLES = """
create role zed;
grant zed to anon;
alter role authenticator set search_path = 'a b', c;
"""


def main() -> None:
    server = scratch.acquire(Path(sys.argv[1]), major=int(sys.argv[2]))
    stage = PostgresScratch(lambda _: server, (), Copies)
    with stage.playing(stage.build([]), together=False) as play:
        play.apply(migration("1"), UP + (ROLES if server.major >= 16 else ""))
        _say("playing")
        sys.stdin.read()
    _say("done")


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
