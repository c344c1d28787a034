"""The report of `validate`, beside what nobody can do without: parsing each file, and running squawk.

The files are migrations of some ten statements each, as teams write them: tables with keys, row security,
policies, indexes, grants, comments, functions, rows.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

import postgast

from benchmarks.figure import Figure, Sizes, took
from benchmarks.ground import Ground
from orchestrator.adapters.squawk import Squawk
from orchestrator.validation.review import review
from orchestrator.validation.rules import MARKS
from orchestrator.validation.sql_text import SqlText
from orchestrator.validation.terms import Terms

NAME = "validate_files"
PEER = "parse each file once, then squawk with the same rules over all of them, and nothing else"

_FILE = """\
create table public.thing_{n} (
    id uuid primary key default gen_random_uuid(),
    owner_id uuid not null references auth.users (id) on delete cascade,
    name text not null check (length(name) < 200),
    state text not null default 'new' check (state in ('new', 'open', 'done')),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index thing_{n}_owner_id on public.thing_{n} (owner_id);
alter table public.thing_{n} enable row level security;
create policy thing_{n}_own on public.thing_{n} to authenticated
    using ((select auth.uid()) = owner_id) with check ((select auth.uid()) = owner_id);
revoke all on public.thing_{n} from anon, authenticated, service_role;
grant select, insert, update, delete on public.thing_{n} to authenticated, service_role;
comment on table public.thing_{n} is 'Things of the kind {n}';
create trigger thing_{n}_updated before update on public.thing_{n}
    for each row execute function private.set_updated_at();
create function private.count_{n}() returns bigint language sql stable set search_path = ''
    as $$ select count(*) from public.thing_{n} $$;
insert into public.kinds (name, position) values ('thing_{n}', {n}), ('other_{n}', -{n});
"""


def measure(_: Ground, sizes: Sizes) -> Iterator[Figure]:
    """Review one file, and very many; then one file with the command itself."""
    names = MARKS
    linter = Squawk(names)
    for count in sizes.files:
        texts = {f"supabase/migrations/{n:014}_thing.sql": _FILE.format(n=n) for n in range(count)}
        ours = partial(_review, texts, linter)
        peer = partial(_parse_and_lint, texts, linter)
        yield _compare(f"{count} file{'s' * (count > 1)}, reviewed", ours, peer, sizes)
        yield _by_command(texts, sizes)


def _by_command(texts: dict[str, str], sizes: Sizes) -> Figure:
    """Have the command itself read the files, beside a Python that only imports what it is made of."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in texts.items():
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        ours = partial(_run, sys.executable, "-m", "orchestrator", "validate", "--json", folder)
        peer = partial(_run, sys.executable, "-c", "import typer, rich.console, postgast.pg_query_pb2")
        count = len(texts)
        return _compare(f"{count} file{'s' * (count > 1)}, by the command", ours, peer, sizes)


def _compare(name: str, ours: Callable[[], object], peer: Callable[[], object], sizes: Sizes) -> Figure:
    """Measure in turns, after one round for warming up."""
    rounds = [(took(ours), took(peer)) for _ in range(sizes.rounds + 1)][1:]
    return Figure(
        benchmark=NAME,
        name=name,
        milliseconds=median(mine for mine, _ in rounds),
        peer_milliseconds=median(theirs for _, theirs in rounds),
    )


def _review(texts: dict[str, str], linter: Squawk) -> None:
    files = [SqlText(path=path, content=text.encode()) for path, text in texts.items()]
    review(files, Terms(server_major=17), lint=partial(linter.lint, server_major=17))


def _parse_and_lint(texts: dict[str, str], linter: Squawk) -> None:
    for text in texts.values():
        postgast.parse(text)
    linter.lint(texts, server_major=17)


def _run(*command: str) -> None:
    subprocess.run(command, stdout=subprocess.DEVNULL, check=False, timeout=60)
