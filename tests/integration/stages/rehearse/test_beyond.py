"""Ways back that leave behind what no fact tells: the platform's things, roles, rows under another's name."""

import pytest

from orchestrator.domain.rehearsal import RollbackVerdict
from orchestrator.validation.rehearsal.evidence import unlike
from tests.support.stand import Stand

PROVEN, LOSSY, UNPROVEN = RollbackVerdict.PROVEN, RollbackVerdict.LOSSY, RollbackVerdict.UNPROVEN
MISSING, IRREVERSIBLE = RollbackVerdict.MISSING, RollbackVerdict.IRREVERSIBLE

_TWO = "create table {0}a (id int); create table {0}b (id int);"
_SWAP = "alter table {0}a rename to c; alter table {0}b rename to a; alter table {0}c rename to b;"

_REPLACED = (
    "alter type feel rename to old; create type feel as enum ('a', 'b');"
    "alter table t alter f type feel using f::text::feel; drop type old"
)

#: what there is, up, down, verdict, what is told
Way = tuple[str, str, str | None, RollbackVerdict, str]
WAYS: list[Way] = [
    ("", "alter table auth.users drop column phone",
     "alter table auth.users add column phone text default null", UNPROVEN, ""),
    ("", "alter table auth.users add column zz int", "select 1",
     UNPROVEN, "column auth.users.zz should not be there"),
    ("", "alter table auth.users add column zz int", "alter table auth.users drop column zz", PROVEN, ""),
    ("", "create index by_name on storage.objects (name)", "select 1",
     UNPROVEN, "index storage.by_name should not be there"),
    ("", "create index by_name on storage.objects (name)", "drop index storage.by_name", PROVEN, ""),
    ("", "grant anon to authenticated", "select 1",
     UNPROVEN, "membership authenticated in anon should not be there"),
    ("", "grant anon to authenticated", "revoke anon from authenticated", PROVEN, ""),
    ("", "create role zed login password 'x'", "select 1", UNPROVEN, "role zed should not be there"),
    ("", "create role zed login password 'x'", "drop role zed", PROVEN, ""),
    ("", "alter role authenticated set statement_timeout = '1s'", "select 1",
     UNPROVEN, "server-wide setting statement_timeout of authenticated"),
    ("", "alter role authenticated password 'b'", "select 1",
     UNPROVEN, "the password of role authenticated is set: nobody can read what it was"),
    ("", "create role zed login password 'x'", None, MISSING, "role zed should not be there"),
    (_TWO.format(""), _SWAP.format("public."), "select 1",
     UNPROVEN, "public.a and public.b have changed places"),
    (_TWO.format(""), _SWAP.format("public."), _SWAP.format("public."), PROVEN, ""),
    ("create schema blue; create schema green; create table blue.t (id int); create table green.t (id int)",
     "alter schema blue rename to red; alter schema green rename to blue; alter schema red rename to green",
     "select 1", UNPROVEN, "blue.t and green.t have changed places"),
    ("create sequence one; create sequence two",
     "alter sequence one rename to tmp; alter sequence two rename to one; alter sequence tmp rename to two",
     "select 1", UNPROVEN, "public.one and public.two have changed places"),
    ("create table t (x text, y text)",
     "alter table t rename x to z; alter table t rename y to x; alter table t rename z to y", "select 1",
     UNPROVEN, "public.t.x and public.t.y have changed places"),
    ("create table t (p numeric(10,2))",
     "alter table t alter p type numeric(10,0); alter table t alter p type numeric(10,2)", "select 1",
     LOSSY, "the values of public.t.p: numeric(10,2) became numeric(10,0) on the way"),
    ("create table t (p numeric(10,2))",
     "alter table t alter p type text; alter table t alter p type numeric(10,2) using p::numeric",
     "select 1",
     LOSSY, "the values of public.t.p"),
    ("create table t (p int)", "alter table t alter p type bigint; alter table t alter p type int",
     "select 1", PROVEN, ""),
    ("create type feel as enum ('a'); create table t (f feel)", "alter type feel add value 'b'",
     "select 1", IRREVERSIBLE, ""),
    ("create type feel as enum ('a'); create table t (f feel)",
     _REPLACED, "select 1", UNPROVEN, ""),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS, ids=[f"{way[1]} / {way[2]}" for way in WAYS])
def test_what_is_not_as_before_is_never_proven(stand: Stand, way: Way) -> None:
    there, up, down, verdict, told = way
    played = stand.chain(*([(there, "select 1")] if there else []), (up, down))
    assert played.rehearsal.failed is None, played.rehearsal.failed
    proof = played.rehearsal.rollbacks[-1]
    lines = [*map(unlike, proof.residue), *proof.losses]
    assert (proof.verdict, proof.failure) == (verdict, None), lines
    assert told in "\n".join(lines)
    assert (lines == []) == (verdict is PROVEN)


def test_objects_that_are_numbered_anew_after_a_replay_have_not_changed_places(stand: Stand) -> None:
    played = stand.chain(
        ("create table public.kept (id int, x text)", "drop table public.kept"),
        ("create index concurrently by_id on public.kept (id)", "drop index public.by_id"),
        ("alter table public.kept rename x to y", "alter table public.kept rename y to x"),
        ("alter table public.kept add z int", "select 1"),
    )
    assert (played.rehearsal.failed, played.rehearsal.in_one_transaction) == (None, False)
    assert [each.verdict for each in played.rehearsal.rollbacks] == [PROVEN, PROVEN, PROVEN, UNPROVEN]
