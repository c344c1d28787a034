import os

import pytest

from orchestrator.actions import reading
from orchestrator.actions.reading import read_at_once
from orchestrator.validation.review import review
from orchestrator.validation.sql_text import Part, SqlText
from orchestrator.validation.terms import Terms

SQL = """\
create table public.t{n} (id int);
selec {n};
create function f{n}() returns int language sql as 'selec 1';
"""


def files(count: int) -> list[SqlText]:
    return [SqlText(path=f"{n:05}.sql", content=SQL.format(n=n).encode()) for n in range(count)]


def test_what_two_processes_have_read_is_what_one_reads() -> None:
    together, alone = files(410), files(410)
    read_at_once(together)
    assert "parts" in together[-1].__dict__
    assert review(together, Terms()) == review(alone, Terms())
    assert together[-1].parts[1].parsed.fault == alone[-1].parts[1].parsed.fault


def test_few_files_are_read_when_a_rule_asks() -> None:
    few = files(3)
    read_at_once(few)
    assert all("parts" not in file.__dict__ for file in few)


OURS = os.getpid()


def dying(several: list[SqlText]) -> list[list[Part]]:
    if os.getpid() != OURS:
        os._exit(9)
    return [[*file.parts] for file in several]


def test_a_second_process_that_dies_costs_nothing_but_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_read", dying)
    together = files(410)
    read_at_once(together)
    assert len(review(together, Terms())) > 410
